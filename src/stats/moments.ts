/** Mean and spread of a sample. */
export interface Moments {
  readonly count: number;
  /** NaN for no values. */
  readonly mean: number;
  /** Unbiased (divided by count - 1); NaN for fewer than two values. */
  readonly variance: number;
  /** Square root of `variance`. */
  readonly standardDeviation: number;
}

/** Mean and variance in one pass without cancellation (Welford 1962). */
export function moments(values: Iterable<number>): Moments {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (const value of values) {
    count++;
    const delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
  }
  const variance = count > 1 ? squares / (count - 1) : Number.NaN;
  return {
    count,
    mean: count > 0 ? mean : Number.NaN,
    variance,
    standardDeviation: Math.sqrt(variance),
  };
}

/** Arithmetic mean; NaN for no values. */
export function mean(values: Iterable<number>): number {
  return moments(values).mean;
}
