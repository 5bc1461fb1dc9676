import type { Variant } from '../../kernel/index.ts';
import type { Configuration } from '../../space/index.ts';
import type { Host } from '../host.ts';
import { type Laboratory, type PassSubject, type PassTable, timePasses } from '../laboratory/index.ts';
import { optional } from '../optional.ts';
import type { Final } from '../tuning/index.ts';

/** The passes of what was chosen, beside those of what shipped before. `warn` hears what kept them from being timed. */
export async function timeFinalPasses(options: {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly finals: readonly Final[];
  readonly warn: (text: string) => void;
}): Promise<readonly PassTable[]> {
  const part = { cost: 'no pass is timed by itself', otherwise: [], warn: options.warn };
  return optional(part, async () => timePasses({ ...options, subjects: await subjectsOf(options.finals) }));
}

async function subjectsOf(finals: readonly Final[]): Promise<readonly PassSubject[]> {
  const subjects = await Promise.all(
    finals.map(async ({ search, contenders, selection, incumbentFailure }) => {
      const { kernel, workload, builder, incumbent } = search;
      const variantOf = async (configuration: Configuration | undefined): Promise<Variant | null> => {
        const built = configuration === undefined ? null : await builder.build(configuration);
        return built?.ok ? built.value : null;
      };
      const after = kernel.passes.length > 1 ? await variantOf(contenders[selection.index]) : null;
      if (after === null) return [];
      const before = incumbentFailure === null ? await variantOf(incumbent) : null;
      return [{ kernel: kernel.name, workload: workload.name, before, after }];
    }),
  );
  return subjects.flat();
}
