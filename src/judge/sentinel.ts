import type { BlockSample } from '../measure/index.ts';
import { gatherEvidence, pAbove, pBelow } from './evidence.ts';
import { isTrusted, type JudgeOptions } from './options.ts';
import type { BlockEstimate } from './pairs.ts';
import { describeEstimate, formatMargin } from './text.ts';
import type { Metric, MetricJudgement, Subject, SubjectJudgement } from './types.ts';

/** A sentinel that moved, with where it was seen. */
export interface MovedSentinel {
  readonly subject: Subject;
  readonly metric: Metric;
  readonly estimate: BlockEstimate;
}

/**
 * Sentinels whose difference is clearly beyond their margin, up or down, in either phase. Nothing that a pull request
 * does can move them: what did, moves the other kernels too.
 */
export function movedSentinels(
  subjects: readonly Subject[],
  samplesOf: (subject: Subject) => readonly BlockSample[],
  options: Required<JudgeOptions>,
): MovedSentinel[] {
  return subjects
    .filter((subject) => subject.sentinel)
    .flatMap((subject) =>
      gatherEvidence(subject, samplesOf(subject), options)
        .filter(({ metric }) => isTrusted(subject, metric))
        .flatMap((evidence) => {
          const { metric } = evidence;
          const moved = [evidence.confirmEstimate, evidence.flagEstimate].find(
            (estimate) =>
              estimate !== null && isClearlyBeyond(estimate, evidence.margin.margin, options.alpha),
          );
          return moved == null ? [] : [{ subject, metric, estimate: moved }];
        }),
    );
}

function isClearlyBeyond(estimate: BlockEstimate, margin: number, alpha: number): boolean {
  // Symmetric in the logarithm: 1 / (1 + margin) is as far down as 1 + margin is up.
  return pAbove(estimate, margin) < alpha || pBelow(estimate, -margin / (1 + margin)) < alpha;
}

/** Why nothing of the run can be blamed on, or credited to, a kernel: the machine moved. null if it held still. */
export function movementOf(
  moved: readonly MovedSentinel[],
  { machineChanged }: Required<JudgeOptions>,
): string | null {
  if (machineChanged !== null) return machineChanged;
  const [first] = moved;
  if (first === undefined) return null;
  return `the ${first.metric} of sentinel ${first.subject.kernel} moved by ${describeEstimate(first.estimate)}: the machine changed, not only the kernel`;
}

/**
 * A sentinel's judgement: environment if it moved, unchanged if each trusted metric is clearly within its margin, else
 * inconclusive. It has no better or worse.
 */
export function judgeSentinel(
  subject: Subject,
  judged: readonly MetricJudgement[],
  moved: readonly MovedSentinel[],
): SubjectJudgement {
  const metricsOfIt = judged.map((metric): MetricJudgement => {
    const own = moved.find((one) => one.subject === subject && one.metric === metric.metric);
    const limit = formatMargin(metric.margin);
    if (own !== undefined) {
      const reason = `${describeEstimate(own.estimate)} is beyond the margin of ${limit}, though nothing touched it`;
      return { ...metric, verdict: 'environment', reason };
    }
    if (metric.verdict !== 'improved' && metric.verdict !== 'unchanged') return metric;
    return { ...metric, verdict: 'unchanged', reason: `nothing moved beyond the margin of ${limit}` };
  });
  const trusted = metricsOfIt.filter(({ metric, ratio }) => isTrusted(subject, metric) && ratio !== null);
  const deciding =
    trusted.find(({ verdict }) => verdict === 'environment') ??
    trusted.find(({ verdict }) => verdict === 'inconclusive') ??
    trusted[0] ??
    metricsOfIt.at(-1);
  return {
    kernel: subject.kernel,
    workload: subject.workload,
    sentinel: true,
    verdict: deciding?.verdict ?? 'inconclusive',
    metrics: metricsOfIt,
    attribution: null,
    reason: deciding === undefined ? 'it was not measured' : `${deciding.metric}: ${deciding.reason}`,
  };
}
