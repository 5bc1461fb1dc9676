import { normalCdf, normalPdf } from '../stats/index.ts';
import type { Belief } from './surrogate.ts';

/** How far below `best` a normally distributed cost is expected to come (Mockus; Jones et al. 1998). */
export function expectedImprovement({ mean, deviation }: Belief, best: number): number {
  const z = (best - mean) / deviation;
  return (best - mean) * normalCdf(z) + deviation * normalPdf(z);
}

/** Probability that a normally distributed cost is at most `limit`. */
export function probabilityBelow({ mean, deviation }: Belief, limit: number): number {
  return normalCdf((limit - mean) / deviation);
}

/** Below this (0.001 %) no improvement is expected; a region that keeps failing would otherwise be worth most at last. */
const negligible = 1e-5;

/** What trying a configuration may bring. */
export interface Prospect {
  readonly belief: Belief;
  /** The cost to improve on. */
  readonly best: number;
  /** Probability that the configuration counts at all. */
  readonly probability: number;
}

/**
 * What trying a configuration is worth: expected improvement times the probability of it counting at all. Where the
 * improvement vanishes for all candidates, those closest to the best, and likely to count, still come first, below zero.
 */
export function worth({ belief, best, probability }: Prospect): number {
  const improvement = expectedImprovement(belief, best) * probability;
  if (improvement >= negligible) return improvement;
  const distance = Math.max(0, belief.mean - best) / belief.deviation;
  return (-negligible * (1 + distance)) / Math.max(probability, 1e-6);
}
