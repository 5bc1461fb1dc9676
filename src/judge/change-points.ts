import { createRandom, type Random, shuffle } from '../stats/index.ts';

/** A place at which a series changed for good. */
export interface ChangePoint {
  /** Index of the first value after the change. */
  readonly at: number;
  /** Part of the shuffled stretches, this one included, that split as clearly. */
  readonly p: number;
}

/** Shortest stretch between two changes: fewer values have no distribution to tell apart. */
const leastValues = 5;

const permutations = 199;

interface Split {
  readonly at: number;
  readonly statistic: number;
}

/**
 * The split of a stretch that tells its two sides apart most clearly, by the energy distance
 * Q = n m / (n + m) (2 E|X - Y| - E|X - X'| - E|Y - Y'|) (Matteson and James 2014, alpha = 1); null if it is too short.
 * Sums over pairs are kept up to date as the split moves, so that a stretch of n values takes n^2 steps.
 */
function bestSplit(values: readonly number[]): Split | null {
  const { length } = values;
  if (length < 2 * leastValues) return null;
  const distance = (i: number, j: number) => Math.abs((values[i] as number) - (values[j] as number));
  let between = 0;
  let within = 0;
  let left = 0;
  for (let i = 0; i < length; i++) for (let j = 0; j < i; j++) within += distance(i, j);
  let best: Split | null = null;
  for (let at = 1; at <= length - leastValues; at++) {
    const moved = at - 1;
    for (let j = 0; j < length; j++) {
      if (j < moved) {
        between -= distance(moved, j);
        left += distance(moved, j);
      } else if (j > moved) {
        between += distance(moved, j);
        within -= distance(moved, j);
      }
    }
    if (at < leastValues) continue;
    const [n, m] = [at, length - at];
    const statistic =
      ((n * m) / (n + m)) *
      ((2 * between) / (n * m) - (2 * left) / (n * (n - 1)) - (2 * within) / (m * (m - 1)));
    if (best === null || statistic > best.statistic) best = { at, statistic };
  }
  return best;
}

/** Share of the permutations of a stretch, itself included, that split at least as clearly. */
function permutationP(values: readonly number[], statistic: number, random: Random): number {
  let atLeast = 1;
  const shuffled = [...values];
  for (let i = 0; i < permutations; i++) {
    const split = bestSplit(shuffle(shuffled, random));
    if (split !== null && split.statistic >= statistic) atLeast++;
  }
  return atLeast / (permutations + 1);
}

/**
 * Change points of a series by E-divisive (Matteson and James 2014): the clearest split is taken while it is clearer
 * than in shuffled series, then each side is searched in turn. The same series gives the same answer: shuffling is seeded.
 * @param values in order of time, e.g. logarithms of costs
 * @param alpha level of every split; 0.01 unless given, because a series is looked at again every night
 */
export function changePoints(values: readonly number[], alpha = 0.01): readonly ChangePoint[] {
  const random = createRandom(20_140).fork(String(values.length));
  const search = (from: number, to: number): ChangePoint[] => {
    const stretch = values.slice(from, to);
    const split = bestSplit(stretch);
    if (split === null || split.statistic <= 0) return [];
    const p = permutationP(stretch, split.statistic, random);
    if (p > alpha) return [];
    const at = from + split.at;
    return [...search(from, at), { at, p }, ...search(at, to)];
  };
  return search(0, values.length);
}
