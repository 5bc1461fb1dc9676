import type { RuntimeKernel } from '../schema/index.ts';
import { type Newcomer, rankMembers } from './portfolio.ts';
import type { Choice, Values } from './types.ts';

/** A configuration to try, by its index in the kernel's list. */
export interface Candidate {
  readonly configuration: number;
  readonly choice: Choice;
}

/**
 * How far two workloads are apart, or Infinity if one cannot stand for the other: all that is no number has to be equal.
 * Numbers count by their order of magnitude; asinh is a logarithm that bears zero and negative numbers.
 */
export function workloadDistance(a: Values, b: Values): number {
  let sum = 0;
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [one, other] = [a[name], b[name]];
    if (typeof one === 'number' && typeof other === 'number') {
      sum += (Math.asinh(one) - Math.asinh(other)) ** 2;
    } else if (one !== other) return Number.POSITIVE_INFINITY;
  }
  return Math.sqrt(sum);
}

/** Leading words that two families share: the vendor's first, then the model's. */
function sharedWords(a: string, b: string): number {
  const [one, other] = [a.split('-'), b.split('-')];
  const differing = one.findIndex((word, index) => word !== other[index]);
  return differing === -1 ? one.length : differing;
}

/** Of the portfolio whose workload is nearest, for a device that nothing was tuned on. */
function ofPortfolio(kernel: RuntimeKernel, workload: Values, device: Newcomer): readonly Candidate[] {
  const [nearest] = (kernel.portfolios ?? [])
    .map((portfolio) => ({ portfolio, distance: workloadDistance(workload, portfolio.workload) }))
    .filter(({ distance }) => distance < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.distance - b.distance);
  if (nearest === undefined) return [];
  const choice = { kind: 'portfolio', family: null, workload: nearest.portfolio.workload } as const;
  return rankMembers(nearest.portfolio, device).map((configuration) => ({ configuration, choice }));
}

/**
 * Configurations from the most to the least promising: of this family by distance of the workload, of the portfolio, of the
 * vendor's other families (most alike first), the default, and last what was tuned for other vendors.
 */
export function candidates(kernel: RuntimeKernel, workload: Values, device: Newcomer): readonly Candidate[] {
  const { family } = device;
  const ranked = kernel.entries
    .map((entry) => {
      const distance = workloadDistance(workload, entry.workload);
      const kin = entry.family === family ? Number.POSITIVE_INFINITY : sharedWords(entry.family, family);
      return { entry, distance, kin };
    })
    .filter(({ distance }) => distance < Number.POSITIVE_INFINITY)
    .sort((a, b) => (a.kin === b.kin ? a.distance - b.distance : b.kin > a.kin ? 1 : -1));
  const found = ranked.map(({ entry, distance, kin }) => {
    const near = kin > 0 ? 'near-family' : 'any';
    const kind = kin < Number.POSITIVE_INFINITY ? near : distance === 0 ? 'tuned' : 'near-workload';
    return {
      configuration: entry.configuration,
      choice: { kind, family: entry.family, workload: entry.workload },
    } satisfies Candidate;
  });
  const byDefault: Candidate = {
    configuration: 0,
    choice: { kind: 'default', family: null, workload: null },
  };
  const of = (...kinds: readonly Choice['kind'][]) =>
    found.filter(({ choice }) => kinds.includes(choice.kind));
  return [
    ...of('tuned', 'near-workload'),
    ...ofPortfolio(kernel, workload, device),
    ...of('near-family'),
    byDefault,
    ...of('any'),
  ];
}
