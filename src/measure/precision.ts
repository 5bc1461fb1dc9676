import { moments } from '../stats/index.ts';

/** Batches that a standard error is taken from. */
const BATCHES = 10;
const LEAST_BATCHES = 4;

/**
 * Relative standard error of the mean of a series whose neighbours may depend on each other, by batch means (Law and
 * Carson 1979): batches of successive values are nearly independent where the values are not. With it a tick that was
 * seen late and takes from the next one's energy what it adds to its own counts as little as it should.
 * @returns null for fewer than eight values, of which it cannot be told
 */
export function relativeErrorOf(values: readonly number[]): number | null {
  const batches = Math.min(BATCHES, Math.floor(values.length / 2));
  if (batches < LEAST_BATCHES) return null;
  const size = Math.floor(values.length / batches);
  const rest = values.length - batches * size;
  const means = Array.from({ length: batches }, (_, batch) => {
    const from = rest + batch * size;
    return moments(values.slice(from, from + size)).mean;
  });
  const { mean, standardDeviation } = moments(means);
  return mean > 0 ? standardDeviation / Math.sqrt(batches) / mean : null;
}
