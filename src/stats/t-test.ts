import { moments } from './moments.ts';
import { studentTQuantile, studentTUpperTail } from './student-t.ts';

/** Mean of a sample with what is needed to test it. */
export interface MeanEstimate {
  readonly count: number;
  readonly mean: number;
  /** Standard error of the mean, not below its floor. */
  readonly standardError: number;
}

/**
 * @param values at least two
 * @param minimumSd floor of the sample's standard deviation: values read off a coarse scale may agree by accident, and
 *   a spread of 0 would make any difference significant
 */
export function estimateMean(values: readonly number[], minimumSd = 0): MeanEstimate {
  if (values.length < 2) throw new RangeError('estimateMean: a spread needs at least two values');
  const { count, mean, standardDeviation } = moments(values);
  return { count, mean, standardError: Math.max(standardDeviation, minimumSd) / Math.sqrt(count) };
}

/**
 * One-sample, one-sided t test: p of seeing a mean at least this far above (`greater`) or below (`less`) `bound` if the
 * true mean were `bound`. Without any spread the mean is taken as known: p is 0, 1, or 0.5 on the bound itself.
 */
export function tTestP(estimate: MeanEstimate, alternative: 'greater' | 'less', bound: number): number {
  const distance = alternative === 'greater' ? estimate.mean - bound : bound - estimate.mean;
  if (distance === 0) return 0.5;
  return studentTUpperTail(distance / estimate.standardError, estimate.count - 1);
}

/** Two-sided confidence interval of the mean: mean -+ t(1 - (1 - confidence) / 2, n - 1) * standard error. */
export function meanInterval(estimate: MeanEstimate, confidence: number): readonly [number, number] {
  if (estimate.standardError === 0) return [estimate.mean, estimate.mean];
  const reach = studentTQuantile(0.5 + confidence / 2, estimate.count - 1) * estimate.standardError;
  return [estimate.mean - reach, estimate.mean + reach];
}
