import type { BetweenLaunches } from '../manifest/index.ts';
import { resetIdentity } from './identity.ts';
import type { BufferBinding, Variant } from './types.ts';

/** What launches of a variant change for the next one. */
export interface ChangedBuffers {
  /** Names of the buffers. */
  readonly buffers: readonly string[];
  readonly betweenLaunches: BetweenLaunches;
}

/** What a variant's launches change of what they read; null if every launch finds the same. */
export function changedBuffers({ program }: Pick<Variant, 'program'>): ChangedBuffers | null {
  const changed = (program?.buffers ?? []).filter(({ betweenLaunches }) => betweenLaunches !== undefined);
  const [first] = changed;
  if (first?.betweenLaunches === undefined) return null;
  return { buffers: changed.map(({ name }) => name), betweenLaunches: first.betweenLaunches };
}

/** Whether a buffer is put back before every launch. */
export function isReset({ betweenLaunches }: BufferBinding): boolean {
  return betweenLaunches === 'reset';
}

/**
 * Variants that are to be compared, each launched in the same way: what is put back for one of them is put back for all that
 * bind it as storage, be it to read it alone. Else one would find its buffers in the caches and the other would not.
 */
export function launchedAlike<T extends Variant>(variants: readonly T[]): readonly T[] {
  const places = new Set(
    variants.flatMap(({ program }) => (program?.buffers ?? []).filter(isReset).map(placeOf)),
  );
  return variants.map((variant) => {
    const { program } = variant;
    if (program === null) return variant;
    const added = program.buffers.filter(
      (buffer) => buffer.kind !== 'uniform' && !isReset(buffer) && places.has(placeOf(buffer)),
    );
    if (added.length === 0) return variant;
    const buffers = program.buffers.map(
      (buffer): BufferBinding => (added.includes(buffer) ? { ...buffer, betweenLaunches: 'reset' } : buffer),
    );
    const identity = resetIdentity(program.identity, added);
    return { ...variant, program: { ...program, buffers, identity } };
  });
}

function placeOf({ group, binding }: BufferBinding): string {
  return `${group} ${binding}`;
}
