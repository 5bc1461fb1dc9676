import type { BlockSample } from '../measure/index.ts';
import { type MeanEstimate, tTestP } from '../stats/index.ts';
import { type EffectiveMargin, effectiveMargin, type JudgeOptions, mayGate } from './options.ts';
import { attemptOf, type Differences, differencesOf, estimateOf, pairsOf } from './pairs.ts';
import type { Metric, Subject } from './types.ts';

export const metrics: readonly Metric[] = ['energy', 'latency'];

/** All that was measured of one metric of one subject, tested but not yet judged. */
export interface Evidence {
  readonly subject: Subject;
  readonly metric: Metric;
  /** Which attempt at this comparison this is, from 1. */
  readonly attempt: number;
  /** Whether it may fail the run: it was measured, by something that is trusted, and not on a sentinel. */
  readonly gates: boolean;
  readonly margin: EffectiveMargin;
  readonly flag: Differences;
  readonly confirm: Differences;
  readonly flagEstimate: MeanEstimate | null;
  readonly confirmEstimate: MeanEstimate | null;
  /** The flagging blocks lie clearly above the margin. */
  readonly flagged: boolean;
}

/** Reads one metric of a subject out of its samples of all attempts, and tests whether it is flagged. */
export function gatherEvidence(
  subject: Subject,
  metric: Metric,
  samples: readonly BlockSample[],
  options: Required<JudgeOptions>,
): Evidence {
  const arms = { samples, from: 'B', to: 'H' } as const;
  const flag = differencesOf(pairsOf({ ...arms, phase: 'flag' }), metric);
  const confirm = differencesOf(pairsOf({ ...arms, phase: 'confirm' }), metric);
  const flagEstimate = estimateOf(flag);
  const margin = effectiveMargin(subject, metric, options);
  return {
    subject,
    metric,
    attempt: attemptOf(subject, options.earlier),
    gates: mayGate(subject, metric) && (flag.measured || confirm.measured),
    margin,
    flag,
    confirm,
    flagEstimate,
    confirmEstimate: estimateOf(confirm),
    flagged:
      !subject.sentinel && flagEstimate !== null && pAbove(flagEstimate, margin.margin) < options.alpha,
  };
}

/** p of the estimate if the true change were `margin`: small means clearly above. */
export function pAbove(estimate: MeanEstimate, margin: number): number {
  return tTestP(estimate, 'greater', Math.log1p(margin));
}

/** p of the estimate if the true change were `margin`: small means clearly below. */
export function pBelow(estimate: MeanEstimate, margin: number): number {
  return tTestP(estimate, 'less', Math.log1p(margin));
}
