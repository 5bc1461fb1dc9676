import { median } from '../../stats/index.ts';

/** Median of what is known; null if nothing is. */
export function medianOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
}
