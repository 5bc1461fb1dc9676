import { mean, median } from '../../src/stats/index.ts';

/**
 * Score of a search on a recorded space, after AutoTuningAssociation/autotuning_methodology (over evaluations, mean
 * index): 0 is random search, 1 the optimum at once.
 */

/** Share of the optimum reached after so many evaluations is reported. */
export const checkpoints = [32, 64, 128, 256] as const;

/** Evaluations counted until a run is this close to the optimum. */
const closeEnough = 1.01;

export interface SearchSummary {
  readonly seeds: number;
  readonly score: number;
  /** Per entry of `checkpoints`, mean over the runs, in percent. */
  readonly percentOfOptimum: Readonly<Record<string, number>>;
  /** Evaluations to within 1 % of the optimum: median (null if fewer than half get there) and share of runs. */
  readonly evaluationsToWithin1Percent: { readonly median: number | null; readonly reached: number };
  /** Median distance from the optimum at the end of the budget, in percent. */
  readonly gapAtBudgetPercent: number;
}

/** A recorded space as the methodology sees it. */
export class ScoredSpace {
  readonly bestFirst: readonly number[];
  /** Evaluations that the score looks at, one at least. */
  readonly budget: number;
  readonly #from: number;
  readonly #upTo: number;

  /** @param recorded every valid objective value. */
  constructor(recorded: readonly number[]) {
    this.bestFirst = [...recorded].sort((a, b) => a - b);
    const first = Math.max(1, randomBudget(this.bestFirst, 0.01));
    this.budget = Math.max(1, randomBudget(this.bestFirst, 0.95));
    this.#from = this.budget - first > 1 ? first : 1;
    this.#upTo = this.budget - first > 1 ? this.budget - 1 : this.budget;
  }

  get optimum(): number {
    return this.bestFirst[0] as number;
  }

  /** Evaluations that a run must have for every figure. */
  get length(): number {
    return Math.max(this.budget, checkpoints[checkpoints.length - 1] as number);
  }

  /** Best objective after each evaluation; Infinity before the first success. */
  curve(run: readonly (number | null)[]): number[] {
    let best = Number.POSITIVE_INFINITY;
    return Array.from({ length: this.length }, (_, i) => {
      best = Math.min(best, run[i] ?? Number.POSITIVE_INFINITY);
      return best;
    });
  }

  #score(curves: readonly (readonly number[])[]): number {
    const n = this.bestFirst.length;
    let [score, counted] = [0, 0];
    for (let at = this.#from; at <= this.#upTo; at++) {
      const ranks = curves.map((curve) => {
        const value = curve[at - 1] as number;
        return Number.isFinite(value) ? rankOf(this.bestFirst, value) : n - 1;
      });
      const rank = roundHalfEven(mean(ranks));
      const fromWorst = Math.min(n - 1, roundHalfEven((at * (n + 1)) / (at + 1)));
      const random = this.bestFirst[n - 1 - fromWorst] as number;
      // Where random search has the optimum, too, there is nothing to tell them apart by.
      if (random === this.optimum) continue;
      score += ((this.bestFirst[rank] as number) - random) / (this.optimum - random);
      counted++;
    }
    return counted === 0 ? 0 : score / counted;
  }

  /** Mean over runs of the share of the optimum after each evaluation, in percent. */
  meanPercent(runs: readonly (readonly (number | null)[])[]): number[] {
    const worst = this.bestFirst[this.bestFirst.length - 1] as number;
    const curves = runs.map((run) => this.curve(run));
    return Array.from({ length: this.length }, (_, at) =>
      mean(
        curves.map((curve) => {
          const value = curve[at] as number;
          return (100 * this.optimum) / (Number.isFinite(value) ? value : worst);
        }),
      ),
    );
  }

  /** @param runs per seed the objective after each evaluation, null where the configuration failed. */
  summarise(runs: readonly (readonly (number | null)[])[]): SearchSummary {
    const curves = runs.map((run) => this.curve(run));
    const worst = this.bestFirst[this.bestFirst.length - 1] as number;
    const percent = this.meanPercent(runs);
    const within = curves
      .map((curve) => curve.findIndex((value) => value <= closeEnough * this.optimum) + 1)
      .filter((evaluations) => evaluations > 0)
      .sort((a, b) => a - b);
    const gaps = curves.map((curve) => {
      const value = curve[this.budget - 1] as number;
      return 100 * ((Number.isFinite(value) ? value : worst) / this.optimum - 1);
    });
    return {
      seeds: runs.length,
      score: round(this.#score(curves), 3),
      percentOfOptimum: Object.fromEntries(
        checkpoints.map((at) => [String(at), round(percent[at - 1] as number, 1)]),
      ),
      evaluationsToWithin1Percent: {
        median: within.length > runs.length / 2 ? (within[within.length >> 1] as number) : null,
        reached: round(within.length / runs.length, 2),
      },
      gapAtBudgetPercent: round(median(gaps), 2),
    };
  }
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
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
