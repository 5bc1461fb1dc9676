import { createHash } from 'node:crypto';
import { isComputeEntry } from './reflect.ts';
import type { Program } from './types.ts';
import { type FnElem, parseWgsl } from './wesl.ts';

/** The extension by which a program says how large its subgroups are, and its feature. */
const extension = 'subgroup_size_control';
const feature = 'subgroup-size-control';

/** Whether results may depend on the size of subgroups. */
export function usesSubgroups({ requiredFeatures }: Program): boolean {
  return requiredFeatures.includes('subgroups');
}

/**
 * A program with the size of its subgroups laid down. No line moves.
 * @returns null if the program lays it down itself
 */
export function atSubgroupSize(program: Program, size: number): Program | null {
  const { wgsl, entryPoint, identity, requiredFeatures } = program;
  const parsed = parseWgsl('', wgsl);
  const entry = parsed.ok
    ? parsed.value.declarations.find(
        (item): item is FnElem =>
          item.kind === 'fn' && item.name.ident.originalName === entryPoint && isComputeEntry(item),
      )
    : undefined;
  if (entry === undefined || requiredFeatures.includes(feature)) return null;
  // Attributes stand in any order, so that it does not matter whether the entry point begins with one.
  const pinned = `${wgsl.slice(0, entry.start)}@subgroup_size(${size}) ${wgsl.slice(entry.start)}`;
  return {
    ...program,
    wgsl: `enable ${extension}; ${pinned}`,
    requiredFeatures: [...requiredFeatures, feature].sort(),
    identity: createHash('sha256').update(`${identity} ${size}`).digest('hex'),
  };
}
