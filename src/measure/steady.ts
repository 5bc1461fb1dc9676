import { moments } from '../stats/index.ts';

/** What was drawn before may differ from what follows by so much without being cut off. */
const TOLERATED_DIFFERENCE = 0.002;
/** Beyond so many standard errors the beginning is another state than the rest, not chance. */
const CERTAIN = 3;
/** Fewer values than this show no course. */
const LEAST_VALUES = 8;

/**
 * Where a series has settled: the index of the first value that belongs to its steady state, at most half-way.
 *
 * The cut is MSER's (White 1997): the one that leaves the smallest standard error of the mean, sum of squares over
 * (n - d)^2. MSER alone also cuts series that were steady all along, and measures less of them; so the cut only counts
 * if what it takes off differs from what it leaves, by more than chance and by more than 0.2 %.
 */
export function steadyFrom(values: readonly number[]): number {
  const n = values.length;
  if (n < LEAST_VALUES) return 0;
  let cut = 0;
  let least = Number.POSITIVE_INFINITY;
  // Sums over the values from d on, grown from the end.
  let sum = 0;
  let squares = 0;
  for (let d = n - 1; d >= 0; d--) {
    const value = values[d] as number;
    const count = n - d;
    const delta = value - (count > 1 ? sum / (count - 1) : 0);
    sum += value;
    if (count > 1) squares += delta * (value - sum / count);
    const score = squares / count ** 2;
    // Of equal cuts the earliest, which keeps most.
    if (d <= n / 2 && score <= least) [least, cut] = [score, d];
  }
  return cut > 0 && differs(values.slice(0, cut), values.slice(cut)) ? cut : 0;
}

function differs(head: readonly number[], rest: readonly number[]): boolean {
  const { mean: from } = moments(head);
  const { mean: to, variance } = moments(rest);
  const difference = Math.abs(from - to);
  const error = Math.sqrt(variance * (1 / head.length + 1 / rest.length));
  return difference > CERTAIN * error && difference > TOLERATED_DIFFERENCE * Math.abs(to);
}
