import type { ProgramSource } from '../../manifest/index.ts';
import { failed, succeeded } from '../failure.ts';
import { inUserFile, linkedLines } from '../source-lines.ts';
import { blankComments } from '../tokens.ts';
import type { Outcome } from '../types.ts';
import { linkModules, parseWgsl, SourceModules } from '../wesl.ts';
import { type DescribedEntry, describeModule, type Locate } from './entry.ts';
import { trialValues, weslParameters, withSwitches } from './parameters.ts';

/** Stand-ins for the constants of a WESL program; what differs between two links depends on them. */
const standIns = [4, 8] as const;

/**
 * What a program says about itself: its compute entry points, and for each the buffers, parameters and launch. No
 * configuration is needed; what depends on one is unknown.
 *
 * @returns a failure with file, line and column if the program cannot be read.
 */
export async function describeProgram(source: ProgramSource): Promise<Outcome<readonly DescribedEntry[]>> {
  const text = source.files[source.path];
  if (text === undefined) return failed('compile', 'the file is missing', { file: source.path });
  if (source.language === 'wgsl') {
    const wgsl = blankComments(text);
    const parsed = parseWgsl(source.path, wgsl);
    if (!parsed.ok) return parsed;
    return succeeded(describeModule(parsed.value, (failure) => ({ ...failure, file: source.path }), []));
  }
  const off = await describeWesl(source, false);
  if (off.ok) return off;
  // Some programs declare a part of themselves only where a switch is on.
  const on = await describeWesl(source, true);
  return on.ok ? on : off;
}

/** @param switches what conditions that stand alone are */
async function describeWesl(
  source: ProgramSource,
  switches: boolean,
): Promise<Outcome<readonly DescribedEntry[]>> {
  const modules = new SourceModules(source);
  let parameters = weslParameters([source.files[source.path] ?? '']);
  for (;;) {
    const links: (readonly DescribedEntry[])[] = [];
    for (const standIn of standIns) {
      const linked = await linkModules(modules, trialValues(parameters, standIn, switches));
      const known = weslParameters(modules.loaded.map((path) => source.files[path] ?? ''));
      const isComplete = known.length <= parameters.length;
      parameters = known;
      // Modules that this one imports brought parameters of their own.
      if (!isComplete) break;
      if (!linked.ok) return linked;
      const parsed = parseWgsl(source.path, linked.value.wgsl);
      const lines = linkedLines(linked.value);
      const locate: Locate = (failure) => inUserFile(failure, lines);
      if (!parsed.ok) return { ok: false, failure: locate(parsed.failure) };
      links.push(describeModule(parsed.value, locate, withSwitches(parameters, switches)));
    }
    const [first, second] = links;
    if (first === undefined || second === undefined) continue;
    return succeeded(first.map((entry, i) => withoutGuesses(entry, second[i] ?? entry)));
  }
}

/** The description with everything unknown that the stand-ins decided. */
function withoutGuesses(entry: DescribedEntry, other: DescribedEntry): DescribedEntry {
  const agreed = (a: number, b: number) => (a === b ? a : Number.NaN);
  return {
    ...entry,
    workgroupSize: entry.workgroupSize.map(({ text, value }, axis) => ({
      text,
      value: value === other.workgroupSize[axis]?.value ? value : null,
    })),
    bindings: entry.bindings.map((binding, i) => {
      const twin = other.bindings[i]?.shape ?? binding.shape;
      const { scalar, fixedBytes, elementBytes } = binding.shape;
      return {
        ...binding,
        shape: {
          scalar,
          fixedBytes: agreed(fixedBytes, twin.fixedBytes),
          elementBytes: agreed(elementBytes, twin.elementBytes),
        },
        slots: fixedBytes === twin.fixedBytes ? binding.slots : null,
      };
    }),
  };
}
