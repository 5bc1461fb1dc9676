import { atSubgroupSize, type FailureKind, type Outcome, type Variant } from '../kernel/index.ts';
import type { Device, Remarks } from './ports.ts';

/** As much of a device as this takes. */
type Tried = Pick<Device, 'info' | 'prepare' | 'verify'>;

/** A way to have a program run with subgroups of one size. */
export interface SubgroupWay {
  /** Invocations of a subgroup. */
  readonly size: number;
  /** Compares its results there with what is right; null where the program does not have to run. */
  compare(): Promise<Outcome<Remarks> | null>;
}

/** A program that runs and computes something else, or nothing. */
const wrong: readonly FailureKind[] = ['wrong-result', 'not-a-number', 'unwritten'];

/** The powers of two from `least` to `most`. */
function sizesBetween(least: number, most: number): number[] {
  const sizes: number[] = [];
  for (let size = least; size <= most; size *= 2) sizes.push(size);
  return sizes;
}

/** Every size that an adapter offers, laid down in the program; empty where it offers one, or cannot be told which. */
export function pinnedSubgroups(device: Tried, variant: Variant, reference: Variant): readonly SubgroupWay[] {
  const { features, limits } = device.info;
  if (!features.includes('subgroup-size-control') || limits.subgroup_min >= limits.subgroup_max) return [];
  return sizesBetween(limits.subgroup_min, limits.subgroup_max).map((size) => ({
    size,
    async compare() {
      const program = variant.program === null ? null : atSubgroupSize(variant.program, size);
      if (program === null) return null;
      const pinned = { ...variant, id: `${variant.id} with subgroups of ${size}`, program };
      const prepared = await device.prepare(pinned);
      return prepared.ok ? device.verify(pinned, reference) : prepared;
    },
  }));
}

/**
 * Runs a program at every size of subgroups.
 * @returns what is to be said of one whose results are only right at some, a clause; null if they are wrong at none
 */
export async function subgroupRemark(ways: readonly SubgroupWay[]): Promise<string | null> {
  const right: string[] = [];
  const others: string[] = [];
  const untried: string[] = [];
  for (const { size, compare } of ways) {
    const compared = await compare();
    if (compared === null) continue;
    if (compared.ok) right.push(`${size}`);
    else
      (wrong.includes(compared.failure.kind) ? others : untried).push(
        `${size} (${compared.failure.message})`,
      );
  }
  if (others.length === 0) return null;
  return [
    `its results depend on the size of subgroups: ${right.length === 0 ? '' : `right with ${right.join(', ')}, `}wrong with ${others.join(', ')}`,
    ...(untried.length === 0 ? [] : [`not run with ${untried.join(', ')}`]),
  ].join('; ');
}
