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
  const [head, rest] = [values.slice(0, cut), values.slice(cut)];
  return cut > 0 && differs(head, rest, { errors: CERTAIN, part: TOLERATED_DIFFERENCE }) ? cut : 0;
}

/** Whether the means of two parts of a series differ by more than chance, as the scatter of `rest` tells, and by a part of its mean. */
function differs(
  head: readonly number[],
  rest: readonly number[],
  least: { readonly errors: number; readonly part: number },
): boolean {
  const { mean: from } = moments(head);
  const { mean: to, variance } = moments(rest);
  const difference = Math.abs(from - to);
  const error = Math.sqrt(variance * (1 / head.length + 1 / rest.length));
  return difference > least.errors * error && difference > least.part * Math.abs(to);
}

/** Two parts of a series whose means differ by more than this, */
const STEP_PART = 0.03;
/** and by more than this many standard errors, are no one state. Chance comes to three or four over all places to part it. */
const STEP_ERRORS = 6;
/** Fewer values on a side than this, or a smaller part of all, say nothing about a state: a host that stalls does so for a moment. */
const LEAST_SIDE = 4;
const LEAST_SIDE_PART = 1 / 8;

/** What was cut off was settling if it differs from what is left by no more than this part. */
const SETTLING_PART = 0.1;

/** A series in two parts whose means differ. */
export interface Change {
  readonly from: number;
  readonly to: number;
  /** It changed at once; otherwise it went on changing. */
  readonly sudden: boolean;
}

/** How a series that should have settled changes, if it does: what came or went meanwhile is in its mean. */
export function changeIn(values: readonly number[]): Change | null {
  const n = values.length;
  const all = moments(values);
  const total = all.variance * (n - 1);
  let best: { readonly at: number; readonly within: number } | null = null;
  const least = Math.max(LEAST_SIDE, Math.ceil(LEAST_SIDE_PART * n));
  for (let at = least; at <= n - least; at++) {
    const [before, after] = [moments(values.slice(0, at)), moments(values.slice(at))];
    const within = before.variance * (at - 1) + after.variance * (n - at - 1);
    if (best === null || within < best.within) best = { at, within };
  }
  if (best === null) return null;
  const { at, within } = best;
  const [from, to] = [moments(values.slice(0, at)).mean, moments(values.slice(at)).mean];
  const error = Math.sqrt((within / (n - 2)) * (1 / at + 1 / (n - at)));
  const difference = Math.abs(to - from);
  if (difference <= STEP_PART * Math.abs(from) || difference <= STEP_ERRORS * error) return null;
  // A straight line through all of it leaves more than a step does, if it is a step.
  const middle = (n - 1) / 2;
  const slopes = values.map((value, i) => (i - middle) * (value - all.mean));
  const along = slopes.reduce((sum, one) => sum + one, 0) ** 2 / ((n * (n * n - 1)) / 12);
  return { from, to, sudden: within < total - along };
}

/**
 * The change from what was cut off a series to what is left of it, if that is more than settling: a load in step with a
 * sensor that looks now and then comes and goes, and would be steady for a while.
 */
export function leap(head: readonly number[], rest: readonly number[]): Change | null {
  if (head.length === 0 || !differs(head, rest, { errors: STEP_ERRORS, part: SETTLING_PART })) return null;
  return { from: moments(head).mean, to: moments(rest).mean, sudden: false };
}
