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
