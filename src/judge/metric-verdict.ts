import { type Evidence, pBelow } from './evidence.ts';
import { clearLevel, schedule } from './levels.ts';
import type { JudgeOptions } from './options.ts';
import type { BlockEstimate } from './pairs.ts';
import { toRatio } from './ratio.ts';
import { countOf, describeEstimate, formatChange, formatMargin, listReasons } from './text.ts';
import type { MetricJudgement } from './types.ts';

type Verdict = MetricJudgement['verdict'];

/**
 * The verdict on one metric.
 *
 * Where a flagged metric has confirming blocks they alone are the evidence: the flagging blocks chose what to look at again,
 * and what was chosen for being high looks higher than it is. A metric is thus tested once, on one set of blocks.
 * @param request.confirmP Holm-adjusted p of the confirmation; null if it is not flagged
 * @param request.movement how the machine moved; null if it held still
 */
export function judgeMetric(request: {
  readonly evidence: Evidence;
  readonly confirmP: number | null;
  readonly movement: string | null;
  readonly options: Required<JudgeOptions>;
}): MetricJudgement {
  const { evidence, confirmP, movement, options } = request;
  const { metric, gates, flagged, confirmEstimate, estimate } = evidence;
  const found = decide(evidence, estimate, confirmP, options);
  // Both ways: a machine that makes kernels look better is no more to be believed. A flag that was not followed up,
  // because the sentinel had moved already, is the same red in the making.
  const excused =
    movement !== null &&
    (found.verdict === 'regressed' || found.verdict === 'improved' || isUnconfirmed(evidence));
  const { verdict, reason } = excused ? excuse(estimate, movement) : found;
  return {
    metric,
    verdict,
    ratio: estimate === null ? null : toRatio(estimate),
    margin: evidence.margin.margin,
    gates,
    blocks: estimate?.count ?? evidence.flag.values.length,
    freshBlocks: flagged ? (confirmEstimate?.count ?? 0) : 0,
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
  estimate: BlockEstimate | null,
  confirmP: number | null,
  options: Required<JudgeOptions>,
): Finding {
  const { margin, flagged } = evidence;
  if (estimate === null) return { verdict: lackVerdict(evidence), reason: describeLack(evidence) };
  const level = clearLevel(estimate.phase, estimate.count, options.alpha);
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
      reason: `${change} is above ${limit}, ${flagged ? `confirmed in ${countOf(estimate.count, 'fresh block')}` : `in ${countOf(estimate.count, 'block')} of all its kernels`} (${p})`,
    };
  }
  if (pBelow(estimate, -options.improvedBy) < level) {
    return { verdict: 'improved', reason: `${change} is clearly below ${formatChange(-options.improvedBy)}` };
  }
  if (pBelow(estimate, margin.margin) < level) {
    return { verdict: 'unchanged', reason: `${change} is clearly below ${limit}` };
  }
  if (margin.tooNoisy) {
    const floor = formatMargin(options.noiseFloor[evidence.metric] ?? 0);
    return {
      verdict: 'environment',
      reason: `${change} may lie on either side of ${limit}: this device's noise of ${floor} is more than that`,
    };
  }
  const doubt = flagged ? 'was flagged but not confirmed, and may lie' : 'may lie';
  return { verdict: 'inconclusive', reason: `${change} ${doubt} on either side of ${limit}` };
}

function isUnconfirmed({ flagged, confirmEstimate }: Evidence): boolean {
  return flagged && confirmEstimate === null;
}

/** Three blocks that the machine disturbed are its doing; a variant that fails, or time that is up, is not. */
function lackVerdict({ flag, confirm }: Evidence): Verdict {
  return flag.disturbed + confirm.disturbed >= schedule.least ? 'environment' : 'inconclusive';
}

function describeLack({ metric, flag, network }: Evidence): string {
  const lacking = network?.lacking[metric] ?? null;
  if (lacking !== null) return lacking;
  if (!flag.measured) {
    return metric === 'energy' ? 'there is no meter: energy was not measured' : 'it was not measured';
  }
  const counted = `only ${countOf(flag.values.length, 'block')} can be used`;
  return flag.voidReasons.length === 0 ? counted : `${counted}: ${listReasons(flag.voidReasons)}`;
}

function excuse(estimate: BlockEstimate | null, movement: string): Finding {
  const change = estimate === null ? '' : `${describeEstimate(estimate)}, but `;
  return { verdict: 'environment', reason: `${change}${movement}` };
}
