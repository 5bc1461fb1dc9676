import type { BlockSample } from '../measure/index.ts';
import { type MeanEstimate, tTestP } from '../stats/index.ts';
import { flagLevel, schedule } from './levels.ts';
import { type EffectiveMargin, effectiveMargin, type JudgeOptions, mayGate } from './options.ts';
import {
  attemptOf,
  type BlockEstimate,
  type Differences,
  differencesOf,
  estimateOf,
  isOfThisAttempt,
  leastSpread,
  type Pair,
  pairsOf,
} from './pairs.ts';
import { type Metric, metrics, type Network, type Subject } from './types.ts';

/** All that was measured of one metric of one subject, tested but not yet judged. */
export interface Evidence {
  readonly subject: Subject;
  /** The network that it is on; absent for a kernel. */
  readonly network?: Network;
  readonly metric: Metric;
  /** Which attempt at this comparison this is, from 1. */
  readonly attempt: number;
  /** Whether it may fail the run: it was measured, by something that is trusted, and not on a sentinel. */
  readonly gates: boolean;
  readonly margin: EffectiveMargin;
  readonly flag: Differences;
  readonly confirm: Differences;
  readonly flagEstimate: BlockEstimate | null;
  readonly confirmEstimate: BlockEstimate | null;
  /**
   * What the verdict goes by. Of a flagged metric the fresh blocks, where there are enough: the others chose it. One that was not
   * flagged was not chosen, whatever its kernel gets fresh blocks for, and goes by all of them.
   */
  readonly estimate: BlockEstimate | null;
  /** Confirming blocks that this attempt measured. */
  readonly freshBlocks: number;
  /** The flagging blocks lie above the margin, clearly enough to look again. */
  readonly flagged: boolean;
}

/**
 * Where three blocks may decide, they are believed to agree to this part of their margin at best: three that agree by accident
 * would make a certainty of what lies just beyond it.
 */
const leastSpreadPart = 0.15;

/** The least standard deviation that blocks are believed to have. */
export function leastSdOf({ margin }: EffectiveMargin): number {
  return Math.max(leastSpread, leastSpreadPart * margin);
}

/**
 * Fresh pairs without those in which a metric was measured after it had all the blocks that looks are accounted for: others of the
 * subject's metrics may have needed more, because some of theirs were void.
 */
function firstFresh(fresh: readonly Pair[], metric: Metric): readonly Pair[] {
  let own = 0;
  return fresh.filter((pair) => {
    if (!isOfThisAttempt(pair) || differencesOf([pair], metric).values.length === 0) return true;
    return own++ < schedule.confirm;
  });
}

/** Reads a subject's metrics out of its samples of all attempts, and tests whether they are flagged. */
export function gatherEvidence(
  subject: Subject,
  samples: readonly BlockSample[],
  options: Required<JudgeOptions>,
): readonly Evidence[] {
  const arms = { samples, from: 'B', to: 'H' } as const;
  const flagging = pairsOf({ ...arms, phase: 'flag' });
  const fresh = pairsOf({ ...arms, phase: 'confirm' });
  const own = options.earlier.length === 0 ? fresh : fresh.filter(isOfThisAttempt);
  const attempt = attemptOf(subject, options.earlier);
  return metrics.map((metric) => {
    const counted = firstFresh(fresh, metric);
    const [flag, confirm] = [differencesOf(flagging, metric), differencesOf(counted, metric)];
    const margin = effectiveMargin(subject, metric, options);
    const leastSd = leastSdOf(margin);
    const flagEstimate = estimateOf(flag, 'flag', leastSd);
    const confirmEstimate = estimateOf(confirm, 'confirm', leastSd);
    const flagged =
      !subject.sentinel &&
      flagEstimate !== null &&
      pAbove(flagEstimate, margin.margin) < flagLevel(flagEstimate.count, options.alpha);
    const all = fresh.length === 0 ? flag : differencesOf([...flagging, ...counted], metric);
    return {
      subject,
      metric,
      attempt,
      gates: mayGate(subject, metric) && (flag.measured || confirm.measured),
      margin,
      flag,
      confirm,
      flagEstimate,
      confirmEstimate,
      estimate: flagged
        ? (confirmEstimate ?? flagEstimate)
        : flagEstimate && estimateOf(all, 'flag', leastSd),
      freshBlocks: own === fresh ? confirm.values.length : differencesOf(own, metric).values.length,
      flagged,
    };
  });
}

/** p of the estimate if the true change were `margin`: small means clearly above. */
export function pAbove(estimate: MeanEstimate, margin: number): number {
  return tTestP(estimate, 'greater', Math.log1p(margin));
}

/** p of the estimate if the true change were `margin`: small means clearly below. */
export function pBelow(estimate: MeanEstimate, margin: number): number {
  return tTestP(estimate, 'less', Math.log1p(margin));
}
