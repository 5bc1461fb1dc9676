declare const sorted: unique symbol;

/** Finite numbers in ascending order, at least one. Only `sortSamples` makes them, so order need not be checked again. */
export type SortedSamples = Float64Array & { readonly [sorted]: true };

/**
 * Sorted copy of `values`.
 * @throws RangeError if `values` is empty or holds anything but finite numbers: a statistic of those is meaningless.
 */
export function sortSamples(values: Iterable<number>): SortedSamples {
  const copy = Float64Array.from(values);
  if (copy.length === 0) throw new RangeError('sortSamples: no samples');
  if (!copy.every(Number.isFinite)) throw new RangeError('sortSamples: a sample is not a finite number');
  return copy.sort() as SortedSamples;
}
