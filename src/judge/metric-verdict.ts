import type { MeanEstimate } from '../stats/index.ts';
import { type Evidence, pBelow } from './evidence.ts';
import type { JudgeOptions } from './options.ts';
import { toRatio } from './ratio.ts';
import type { MovedSentinel } from './sentinel.ts';
import { countOf, describeEstimate, formatChange, formatMargin, listReasons } from './text.ts';
import type { MetricJudgement } from './types.ts';

type Verdict = MetricJudgement['verdict'];

/**
 * The verdict on one metric.
 *
 * Where confirming blocks exist they alone are the evidence: the flagging blocks chose what to look at again, and
 * what was chosen for being high looks higher than it is. A metric is thus tested once, on one set of blocks.
 * @param confirmP Holm-adjusted p of the confirmation; null if it is not flagged
 */
export function judgeMetric(request: {
  readonly evidence: Evidence;
  readonly confirmP: number | null;
  readonly moved: MovedSentinel | null;
  readonly options: Required<JudgeOptions>;
}): MetricJudgement {
  const { evidence, confirmP, moved, options } = request;
  const { metric, gates, flagged, confirmEstimate, flagEstimate } = evidence;
  const estimate = confirmEstimate ?? flagEstimate;
  const found = decide(evidence, estimate, confirmP, options);
  // Both ways: a machine that makes kernels look better is no more to be believed. A flag that was not followed up,
  // because the sentinel had moved already, is the same red in the making.
  const excused =
    moved !== null &&
    (found.verdict === 'regressed' || found.verdict === 'improved' || isUnconfirmed(evidence));
  const { verdict, reason } = excused ? excuse(estimate, moved) : found;
  return {
    metric,
    verdict,
    ratio: estimate === null ? null : toRatio(estimate),
    margin: evidence.margin.margin,
    gates,
    blocks: estimate?.count ?? evidence.flag.values.length,
    flagged,
    confirmP,
    reason,
  };
}

interface Finding {
  readonly verdict: Verdict;
  readonly reason: string;
}

function decide(
  evidence: Evidence,
  estimate: MeanEstimate | null,
  confirmP: number | null,
  options: Required<JudgeOptions>,
): Finding {
  const { margin, flagged } = evidence;
  if (margin.tooNoisy) {
    const floor = formatMargin(options.noiseFloor[evidence.metric] ?? 0);
    return {
      verdict: 'environment',
      reason: `this device's noise of ${floor} is more than twice the margin of ${formatMargin(margin.margin)}`,
    };
  }
  if (estimate === null) return { verdict: 'inconclusive', reason: describeLack(evidence) };
  const change = describeEstimate(estimate);
  const limit = `the margin of ${formatMargin(margin.margin)}${margin.widened ? ' (widened to the noise of this device)' : ''}`;
  if (isUnconfirmed(evidence)) {
    const why = evidence.gates
      ? 'too few fresh blocks confirmed it'
      : 'it does not gate, so it was not confirmed';
    return { verdict: 'inconclusive', reason: `${change} looks above ${limit}, but ${why}` };
  }
  if (confirmP !== null && confirmP < options.alpha) {
    const p = confirmP < 0.0001 ? 'p < 0.0001' : `p = ${confirmP.toPrecision(2)}`;
    return {
      verdict: 'regressed',
      reason: `${change} is above ${limit}, confirmed in ${countOf(estimate.count, 'fresh block')} (${p})`,
    };
  }
  if (pBelow(estimate, -options.improvedBy) < options.alpha) {
    return { verdict: 'improved', reason: `${change} is clearly below ${formatChange(-options.improvedBy)}` };
  }
  if (pBelow(estimate, margin.margin) < options.alpha) {
    return { verdict: 'unchanged', reason: `${change} is clearly below ${limit}` };
  }
  const doubt = flagged ? 'was flagged but not confirmed, and may lie' : 'may lie';
  return { verdict: 'inconclusive', reason: `${change} ${doubt} on either side of ${limit}` };
}

function isUnconfirmed({ flagged, confirmEstimate }: Evidence): boolean {
  return flagged && confirmEstimate === null;
}

function describeLack({ metric, flag }: Evidence): string {
  if (!flag.measured) {
    return metric === 'energy' ? 'there is no meter: energy was not measured' : 'it was not measured';
  }
  const counted = `only ${countOf(flag.values.length, 'block')} can be used`;
  return flag.voidReasons.length === 0 ? counted : `${counted}: ${listReasons(flag.voidReasons)}`;
}

function excuse(estimate: MeanEstimate | null, moved: MovedSentinel): Finding {
  const change = estimate === null ? '' : `${describeEstimate(estimate)}, but `;
  const { subject, metric } = moved;
  const sentinel = `the ${metric} of sentinel ${subject.kernel} moved by ${describeEstimate(moved.estimate)}`;
  return { verdict: 'environment', reason: `${change}${sentinel}: the machine changed, not only the kernel` };
}
