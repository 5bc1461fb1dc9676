/**
 * Score of a search on a recorded space, after AutoTuningAssociation/autotuning_methodology (over evaluations, mean
 * index): 0 is random search, 1 the optimum at once.
 */

/** Share of the optimum reached after so many evaluations is reported. */
export const checkpoints = [32, 64, 128, 256] as const;

export interface SearchSummary {
  readonly score: number;
  /** Per entry of `checkpoints`, mean over the runs, in percent. */
  readonly percentOfOptimum: readonly number[];
  /** Evaluations that the score looks at. */
  readonly budget: number;
  readonly optimum: number;
}

/** Evaluations that random search needs for `percentile` of the way from the median to the optimum. */
function randomBudget(bestFirst: readonly number[], percentile: number): number {
  const optimum = bestFirst[0] as number;
  const n = bestFirst.length;
  const half = n >> 1;
  const median =
    n % 2 === 1
      ? (bestFirst[half] as number)
      : ((bestFirst[half - 1] as number) + (bestFirst[half] as number)) / 2;
  const target = optimum + (median - optimum) * (1 - percentile);
  const index = [...bestFirst].reverse().findIndex((value) => value <= target);
  return Math.ceil(index / (n + 1 - index));
}

/** Rounds halves to even, as the methodology's own implementation does. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Number of entries of ascending `sorted` below `value`. */
function rankOf(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * @param recorded every valid objective value of the space.
 * @param runs per seed the objective after each evaluation, null where the configuration failed.
 */
export function summarise(
  recorded: readonly number[],
  runs: readonly (readonly (number | null)[])[],
): SearchSummary {
  const bestFirst = [...recorded].sort((a, b) => a - b);
  const n = bestFirst.length;
  const optimum = bestFirst[0] as number;
  const first = Math.max(1, randomBudget(bestFirst, 0.01));
  const budget = randomBudget(bestFirst, 0.95);
  const from = budget - first > 1 ? first : 1;
  const upTo = budget - first > 1 ? budget - 1 : budget;
  const length = Math.max(budget, checkpoints[checkpoints.length - 1] as number);
  const curves = runs.map((run) => {
    let best = Number.POSITIVE_INFINITY;
    return Array.from({ length }, (_, i) => {
      best = Math.min(best, run[i] ?? Number.POSITIVE_INFINITY);
      return best;
    });
  });
  let score = 0;
  for (let at = from; at <= upTo; at++) {
    const ranks = curves.map((curve) => {
      const value = curve[at - 1] as number;
      return Number.isFinite(value) ? rankOf(bestFirst, value) : n - 1;
    });
    const rank = roundHalfEven(ranks.reduce((sum, value) => sum + value, 0) / ranks.length);
    const ours = bestFirst[rank] as number;
    const fromWorst = Math.min(n - 1, roundHalfEven((at * (n + 1)) / (at + 1)));
    const random = bestFirst[n - 1 - fromWorst] as number;
    score += (ours - random) / (optimum - random) / (upTo - from + 1);
  }
  const percentOfOptimum = checkpoints.map((at) => {
    const shares = curves.map((curve) => {
      const value = curve[at - 1] as number;
      return (100 * optimum) / (Number.isFinite(value) ? value : (bestFirst[n - 1] as number));
    });
    return shares.reduce((sum, value) => sum + value, 0) / shares.length;
  });
  return { score, percentOfOptimum, budget, optimum };
}
