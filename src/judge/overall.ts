import { type Verdict, verdicts } from '../manifest/index.ts';
import { schedule } from './levels.ts';
import { countOf, listReasons } from './text.ts';
import type { SubjectJudgement } from './types.ts';

/** A kernel and workload that has a verdict without having been measured. */
export interface ListedSubject {
  readonly kernel: string;
  readonly workload: string;
  readonly verdict: Verdict;
}

export interface OverallVerdict {
  /**
   * `passed` and `failed` were decided. `partial`: nothing failed, but not everything that should have been gated was.
   * `environment`: a sentinel moved and nothing failed. `could-not-measure`: there was something to gate, but not enough
   * of it could be measured to decide anything. `nothing-gated`: there was nothing that could have failed.
   */
  readonly verdict: 'passed' | 'failed' | 'partial' | 'nothing-gated' | 'environment' | 'could-not-measure';
  /** Kernels and workloads on which a gate could have fired. */
  readonly gated: number;
  /** What failed the run. */
  readonly failing: readonly ListedSubject[];
  /** What would have failed the run, and somebody accepted. */
  readonly accepted: readonly ListedSubject[];
  /** Should have been gated, but too little was measured. Not failing, but never to be passed over in silence. */
  readonly unjudged: readonly ListedSubject[];
  /** Why, in one or two sentences. */
  readonly reason: string;
}

/**
 * The verdict of a run. A run that gated nothing is never green in silence: it passes only where there was nothing to
 * compare (identical, new and removed kernels), and the reason says so.
 */
export function overallVerdict(request: {
  readonly judgements: readonly SubjectJudgement[];
  /** What was not measured: identical, new, removed, missing-baseline, wrong-result. */
  readonly listed: readonly ListedSubject[];
  /** Verdicts that fail, for all kernels or as each kernel's own gate has them. */
  readonly failOn: readonly Verdict[] | ((kernel: string) => readonly Verdict[]);
  /** Whether somebody has accepted that a kernel costs more, or computes something else. What does not run cannot be accepted. */
  readonly accepts?: (kernel: string) => boolean;
  /** How the machine changed while it was measured; null if it did not. */
  readonly machineChanged?: string | null;
}): OverallVerdict {
  const { judgements, listed, failOn, accepts = () => false, machineChanged = null } = request;
  const failsOn = typeof failOn === 'function' ? failOn : () => failOn;
  const fails = ({ kernel, verdict }: ListedSubject) => failsOn(kernel).includes(verdict);
  const compared = judgements.filter(({ sentinel }) => !sentinel);
  const accepted = [
    ...compared.filter(({ verdict }) => verdict === 'regressed'),
    ...listed.filter(({ verdict }) => verdict === 'wrong-result'),
  ].filter((one) => fails(one) && accepts(one.kernel));
  const failing = [...compared, ...listed].filter((one) => fails(one) && !accepted.some((a) => a === one));
  const gatedSubjects = compared.filter(isGated);
  const unjudged = compared.filter(isUnjudged).map(toListed);
  const counts = describeCounts([...compared, ...listed]);
  const facts = {
    gated: gatedSubjects.length,
    failing: failing.map(toListed),
    accepted: accepted.map(toListed),
    unjudged,
  };
  const lost = unjudged.length === 0 ? '' : ` Not judged, for want of blocks: ${nameAll(unjudged)}.`;
  const allowed = accepted.length === 0 ? '' : ` Accepted: ${nameAll(accepted)}.`;

  if (failing.length > 0) {
    return { ...facts, verdict: 'failed', reason: `The gate failed: ${nameAll(failing)}.${allowed}${lost}` };
  }
  if (machineChanged !== null) {
    const reason = `The machine changed while measuring (${machineChanged}), so nothing can be blamed on a kernel.${lost}`;
    return { ...facts, verdict: 'environment', reason };
  }
  const moved = judgements.filter(({ sentinel, verdict }) => sentinel && verdict === 'environment');
  if (moved.length > 0) {
    const reason = `A sentinel moved (${nameAll(moved)}): the machine changed while measuring, so nothing can be blamed on a kernel.${allowed}${lost}`;
    return { ...facts, verdict: 'environment', reason };
  }
  if (facts.gated > 0) {
    const open = compared.filter(({ verdict }) => verdict === 'environment');
    const excused =
      open.length === 0 ? '' : ` The machine is too noisy, or was disturbed, for ${nameAll(open)}.`;
    const found = accepted.length === 0 ? 'Nothing regressed' : 'Nothing else regressed';
    return {
      ...facts,
      verdict: unjudged.length + open.length === 0 ? 'passed' : 'partial',
      reason: `${found} in ${countOf(facts.gated, 'comparison')} (${counts}).${allowed}${excused}${lost}`,
    };
  }
  if (unjudged.length > 0) {
    return { ...facts, verdict: 'could-not-measure', reason: `Nothing was gated.${lost}` };
  }
  if (compared.length > 0) {
    return {
      ...facts,
      verdict: 'environment',
      reason: `Nothing was gated: the machine is too noisy or was disturbed (${counts}).`,
    };
  }
  const open = listed.filter((one) => verdicts[one.verdict].mayFail && !accepted.some((a) => a === one));
  if (listed.length > 0 && open.length === 0) {
    return { ...facts, verdict: 'passed', reason: `Nothing had to be measured: ${counts}.${allowed}` };
  }
  return {
    ...facts,
    verdict: 'nothing-gated',
    reason: listed.length === 0 ? 'Nothing was gated: there is no kernel.' : `Nothing was gated: ${counts}.`,
  };
}

/** A gate could have fired: a metric that gates was measured in enough blocks, and the machine was quiet enough. */
function isGated({ metrics }: SubjectJudgement): boolean {
  return metrics.some(
    ({ gates, blocks, verdict }) => gates && blocks >= schedule.least && verdict !== 'environment',
  );
}

/** Nothing could have fired, or a suspicion was not followed up, and the machine is not to blame. */
function isUnjudged(one: SubjectJudgement): boolean {
  if (one.verdict === 'environment') return false;
  const suspected = one.metrics.some(
    ({ gates, flagged, freshBlocks, verdict }) =>
      gates && flagged && freshBlocks === 0 && verdict === 'inconclusive',
  );
  return suspected || !isGated(one);
}

function toListed({ kernel, workload, verdict }: ListedSubject): ListedSubject {
  return { kernel, workload, verdict };
}

function nameAll(subjects: readonly ListedSubject[]): string {
  return listReasons(subjects.map(({ kernel, workload, verdict }) => `${kernel} (${workload}) ${verdict}`));
}

/** `2 unchanged, 1 new` */
function describeCounts(subjects: readonly ListedSubject[]): string {
  const counts = new Map<Verdict, number>();
  for (const { verdict } of subjects) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
}
