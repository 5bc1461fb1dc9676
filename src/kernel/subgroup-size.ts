import { createHash } from 'node:crypto';
import { programSources } from './program-sources.ts';
import { isComputeEntry } from './reflect.ts';
import type { Pass, Program } from './types.ts';
import { type FnElem, parseWgsl } from './wesl.ts';

/** The extension by which a program says how large its subgroups are, and its feature. */
const extension = 'subgroup_size_control';
const feature = 'subgroup-size-control';

/** Whether results may depend on the size of subgroups. */
export function usesSubgroups({ requiredFeatures }: Program): boolean {
  return requiredFeatures.includes('subgroups');
}

/**
 * A program with the size of the subgroups of its passes laid down. No line moves.
 * @returns null if the program lays it down itself
 */
export function atSubgroupSize(program: Program, size: number): Program | null {
  if (program.requiredFeatures.includes(feature)) return null;
  const texts = new Map(
    programSources(program).map(({ wgsl, passes }) => [wgsl, pinned(wgsl, passes, size)]),
  );
  const identityAt = (identity: string) => createHash('sha256').update(`${identity} ${size}`).digest('hex');
  const passes = program.passes.map((pass) => ({
    ...pass,
    wgsl: texts.get(pass.wgsl) ?? '',
    identity: identityAt(pass.identity),
  }));
  if (passes.some(({ wgsl }) => wgsl === '')) return null;
  return {
    ...program,
    passes,
    requiredFeatures: [...program.requiredFeatures, feature].sort(),
    identity: identityAt(program.identity),
  };
}

/** A text whose entry points say how large their subgroups are; null if it has not all of them. */
function pinned(wgsl: string, passes: readonly Pass[], size: number): string | null {
  const parsed = parseWgsl('', wgsl);
  const entries = new Set(passes.map(({ entryPoint }) => entryPoint));
  const found = (parsed.ok ? parsed.value.declarations : []).filter(
    (item): item is FnElem =>
      item.kind === 'fn' && entries.has(item.name.ident.originalName) && isComputeEntry(item),
  );
  if (found.length < entries.size) return null;
  // Attributes stand in any order, so that it does not matter whether an entry point begins with one.
  const text = found
    .map(({ start }) => start)
    .sort((a, b) => b - a)
    .reduce((all, start) => `${all.slice(0, start)}@subgroup_size(${size}) ${all.slice(start)}`, wgsl);
  return `enable ${extension}; ${text}`;
}
