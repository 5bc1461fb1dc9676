import type { TunableValue } from '../space/index.ts';
import { failed, succeeded } from './failure.ts';
import { givenNames, giveValues, takesValues } from './given-values.ts';
import { linkParameters } from './parameters.ts';
import { failureAtOrigin, identityLines, inUserFile, linesAtOrigin, linkedLines } from './source-lines.ts';
import { canonicalTokens } from './tokens.ts';
import type { Outcome, Pass, PrintedText } from './types.ts';
import { unrollLoops } from './unroll/index.ts';
import { markLoops } from './unroll-directives.ts';
import { type LinkParameters, linkModules, parseWgsl, type SourceModules, type WgslModule } from './wesl.ts';

/** A program source with its values put in: WGSL without conditions, imports or overrides. */
export interface SpecialisedProgram {
  readonly module: WgslModule;
  readonly lines: Pass['lines'];
  /** Present if a program printed it. */
  readonly printed?: PrintedText;
}

/**
 * Puts tunables and workload parameters into a program source.
 * @param parameters what the linker is told of the values, where that is not what follows from them
 */
export async function specialise(
  modules: SourceModules,
  values: Readonly<Record<string, TunableValue>>,
  parameters: LinkParameters = linkParameters(values),
): Promise<Outcome<SpecialisedProgram>> {
  const { source, printed } = modules;
  const made = await specialiseModules(modules, values, parameters);
  if (!made.ok) return { ok: false, failure: failureAtOrigin(source, made.failure, printed) };
  const lines = linesAtOrigin(source, made.value.lines);
  return succeeded({ ...made.value, lines, ...(printed === undefined ? {} : { printed }) });
}

/** Places are those of the modules' texts. */
async function specialiseModules(
  modules: SourceModules,
  values: Readonly<Record<string, TunableValue>>,
  parameters: LinkParameters,
): Promise<Outcome<SpecialisedProgram>> {
  const { source } = modules;
  const text = source.files[source.path];
  if (text === undefined) return failed('compile', 'the file is missing', { file: source.path });
  let wgsl = modules.marked(source.path);
  let lines = source.language === 'wgsl' ? identityLines(source.path, wgsl) : [];
  if (source.language === 'wesl') {
    const linked = await linkModules(modules, parameters);
    if (!linked.ok) return linked;
    wgsl = linked.value.wgsl;
    lines = linkedLines(linked.value);
  }
  let parsed = parseWgsl(source.path, wgsl);
  // Text that was linked or printed declares its constants itself, and may mean something else by the same name.
  const kinds = source.language === 'wgsl' && modules.printed === undefined ? 'all' : 'overrides';
  if (parsed.ok && takesValues(parsed.value, values, kinds)) {
    const replaced = giveValues(parsed.value, values, kinds);
    parsed = replaced.ok ? parseWgsl(source.path, replaced.value) : replaced;
  }
  if (modules.misplaced) return { ok: false, failure: modules.misplaced };
  if (!parsed.ok) return { ok: false, failure: inUserFile(parsed.failure, lines) };
  return unrollLoops({ module: parsed.value, lines });
}

/** Identifiers a program could use a tunable by: all words of WESL files, in plain WGSL what values can be given to. */
export function parameterWords(modules: SourceModules): ReadonlySet<string> {
  const { source } = modules;
  if (source.language === 'wesl')
    return new Set(Object.values(source.files).flatMap((text) => canonicalTokens(markLoops(text))));
  const parsed = parseWgsl(source.path, modules.marked(source.path));
  return new Set(parsed.ok ? givenNames(parsed.value) : []);
}
