import { type SortedSamples, sortSamples } from './sorted-samples.ts';

/**
 * Quantile of type 7 (Hyndman and Fan 1996; the default of R and NumPy): linear between order statistics.
 * @param probability in [0, 1]
 */
export function quantile(samples: SortedSamples, probability: number): number {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`quantile: probability ${probability} is outside [0, 1]`);
  }
  const position = (samples.length - 1) * probability;
  const below = Math.floor(position);
  const low = samples[below] as number;
  const high = samples[Math.min(below + 1, samples.length - 1)] as number;
  return low + (position - below) * (high - low);
}

/** Middle of the samples. Throws as `sortSamples` does. */
export function median(values: Iterable<number>): number {
  return quantile(sortSamples(values), 0.5);
}

/** Distance between the quartiles. Throws as `sortSamples` does. */
export function interquartileRange(values: Iterable<number>): number {
  const samples = sortSamples(values);
  return quantile(samples, 0.75) - quantile(samples, 0.25);
}

/** Median of the absolute deviations from the median, unscaled (times 1.4826 it estimates a normal's sd). */
export function medianAbsoluteDeviation(values: Iterable<number>): number {
  const samples = sortSamples(values);
  const middle = quantile(samples, 0.5);
  return median(samples.map((value) => Math.abs(value - middle)));
}
