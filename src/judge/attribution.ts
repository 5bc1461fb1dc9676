import type { BlockSample } from '../measure/index.ts';
import { type MeanEstimate, tTestP } from '../stats/index.ts';
import { latestEstimate } from './ratio.ts';
import type { Metric, SubjectJudgement } from './types.ts';

/** A part counts only if it makes up this much of the whole movement. */
const LEAST_SHARE = 0.2;

/**
 * Whether code or tuning moved a metric: B to X changes the sources at base's configuration, X to H changes the
 * configuration of head's sources, and the two add up to B to H in the logarithm. A part counts if it goes the way of
 * the whole, clearly (one-sided t test against 0), and makes up a fifth of it. null without X, or if neither is clear.
 */
export function attribute(request: {
  /** Of one subject. */
  readonly samples: readonly BlockSample[];
  readonly metric: Metric;
  readonly alpha: number;
}): SubjectJudgement['attribution'] {
  const whole = latestEstimate({ ...request, from: 'B', to: 'H' });
  const code = latestEstimate({ ...request, from: 'B', to: 'X' });
  const tuning = latestEstimate({ ...request, from: 'X', to: 'H' });
  if (whole === null || code === null || tuning === null) return null;
  const counts = (part: MeanEstimate) =>
    part.mean / whole.mean >= LEAST_SHARE &&
    tTestP(part, whole.mean > 0 ? 'greater' : 'less', 0) < request.alpha;
  if (counts(code) && counts(tuning)) return 'both';
  if (counts(code)) return 'code';
  return counts(tuning) ? 'tuning' : null;
}
