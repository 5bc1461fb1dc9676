import type { TunableValue } from '../space/index.ts';
import { failed, succeeded } from './failure.ts';
import { overrideNames, replaceOverrides } from './overrides.ts';
import { linkParameters } from './parameters.ts';
import { identityLines, linkedLines } from './source-lines.ts';
import { blankComments, canonicalTokens } from './tokens.ts';
import type { Outcome, Program, VariantFailure } from './types.ts';
import { type LinkParameters, linkModules, parseWgsl, type SourceModules, type WgslModule } from './wesl.ts';

/** A program source with its values put in: WGSL without conditions, imports or overrides. */
export interface SpecialisedProgram {
  readonly module: WgslModule;
  readonly lines: Program['lines'];
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
  const { source } = modules;
  const text = source.files[source.path];
  if (text === undefined) return failed('compile', 'the file is missing', { file: source.path });
  let wgsl = blankComments(text);
  let lines = source.language === 'wgsl' ? identityLines(source.path, wgsl) : [];
  if (source.language === 'wesl') {
    const linked = await linkModules(modules, parameters);
    if (!linked.ok) return linked;
    wgsl = linked.value.wgsl;
    lines = linkedLines(linked.value);
  }
  let parsed = parseWgsl(source.path, wgsl);
  if (parsed.ok && overrideNames(parsed.value).length > 0) {
    const replaced = replaceOverrides(parsed.value, values);
    parsed = replaced.ok ? parseWgsl(source.path, replaced.value) : replaced;
  }
  if (!parsed.ok) return { ok: false, failure: inUserFile(parsed.failure, lines) };
  return succeeded({ module: parsed.value, lines });
}

/** The failure with its line, a line of the final WGSL, replaced by the user's. */
export function inUserFile(failure: VariantFailure, lines: Program['lines']): VariantFailure {
  if (failure.line === undefined) return failure;
  const origin = lines[failure.line - 1];
  const { line: _line, column: _column, file: _file, ...rest } = failure;
  if (!origin) return rest;
  return { ...rest, file: origin.file, line: origin.line, column: origin.column ?? 1 };
}

/** Identifiers a program could use a tunable by: all words of WESL files, only the overrides of plain WGSL. */
export function parameterWords(modules: SourceModules): ReadonlySet<string> {
  const { source } = modules;
  if (source.language === 'wesl') return new Set(Object.values(source.files).flatMap(canonicalTokens));
  const parsed = parseWgsl(source.path, blankComments(source.files[source.path] ?? ''));
  return new Set(parsed.ok ? overrideNames(parsed.value) : []);
}
