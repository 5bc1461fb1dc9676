import type { Laboratory } from '../laboratory/index.ts';
import type { Final } from '../tuning/index.ts';

/** What is to be said of programs about to ship whose results are right with subgroups of some sizes only. */
export async function subgroupWarnings(
  laboratory: Pick<Laboratory, 'checkSubgroups'>,
  finals: readonly Final[],
): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const { search, contenders, selection } of finals) {
    const { kernel, workload, builder } = search;
    const configuration = contenders[selection.index];
    if (configuration === undefined) continue;
    const built = await builder.build(configuration);
    const reference = await builder.reference();
    if (!built.ok || !reference.ok) continue;
    const subject = { kernel, variant: built.value, reference: reference.value };
    const remark = await laboratory.checkSubgroups(subject);
    if (remark !== null) warnings.push(`${kernel.name} ${workload.name}: ${remark}.`);
  }
  return warnings;
}
