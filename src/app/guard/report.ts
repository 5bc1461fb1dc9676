import { ExitCode } from '../../errors/index.ts';
import {
  attemptOf,
  type OverallVerdict,
  overallVerdict,
  type Ratio,
  type SubjectJudgement,
} from '../../judge/index.ts';
import { isSelfJudged, type Verdict } from '../../manifest/index.ts';
import type { Arm, BlockSample } from '../../measure/index.ts';
import { kilowattHoursPerMonth } from '../../report/index.ts';
import type { ReportGuard } from '../../schema/index.ts';
import type { Configuration } from '../../space/index.ts';
import { medianOrNull } from '../project/index.ts';
import type { Advice } from './advice.ts';
import type { BrokenArm } from './arms.ts';
import type { Comparison } from './comparison.ts';
import { changedPass, kernelPlace } from './kernel-place.ts';
import type { KeptNight } from './memory.ts';
import { programDiff } from './program-diff.ts';

export type GuardedKernel = ReportGuard['kernels'][number];

function cost(samples: readonly BlockSample[], arm: Arm): GuardedKernel['base'] {
  const own = samples.filter((sample) => sample.arm === arm && sample.voidReasons.length === 0);
  const latencyMs = medianOrNull(own.map((sample) => sample.latencyMs));
  return latencyMs === null ? null : { latencyMs, joules: medianOrNull(own.map((sample) => sample.joules)) };
}

function kWhPerMonth(
  callsPerDay: number | undefined,
  ratio: Ratio | null,
  base: GuardedKernel['base'],
): number | null {
  const joules = base?.joules ?? null;
  if (callsPerDay === undefined || ratio === null || joules === null) return null;
  return kilowattHoursPerMonth((ratio.estimate - 1) * joules, callsPerDay);
}

function configurationOf(comparison: Comparison, arm: 'base' | 'head'): Configuration | null {
  if (comparison.status === 'new') return arm === 'head' ? comparison.head.variant.configuration : null;
  return comparison.status === 'identical' || comparison.status === 'changed'
    ? comparison[arm].variant.configuration
    : null;
}

/** Verdict of a comparison that was not measured. */
function unmeasuredVerdict(status: Comparison['status'] | BrokenArm['status']): Verdict {
  if (status === 'broken-head') return 'regressed';
  if (status === 'untouched') return 'identical';
  return status === 'changed' ? 'inconclusive' : status;
}

/** A removed kernel has no place in head. What does not build or run is pointed at where it fails, if that is known. */
function placeOf({ comparison, judgement, broken }: GuardedKernelTask): Pick<GuardedKernel, 'file' | 'line'> {
  if (comparison.status === 'removed') return { file: null, line: null };
  const failure =
    broken !== null && broken.status !== 'missing-baseline'
      ? broken.failure
      : comparison.status === 'broken-head'
        ? comparison.failure
        : null;
  const pass =
    comparison.status === 'changed' ? changedPass(comparison.base.variant, comparison.head.variant) : null;
  return kernelPlace(comparison.definition, judgement?.attribution ?? null, failure, pass);
}

export interface GuardedKernelTask {
  readonly comparison: Comparison;
  readonly judgement: SubjectJudgement | null;
  readonly broken: BrokenArm | null;
  readonly samples: readonly BlockSample[];
  /** What earlier attempts measured, oldest first. */
  readonly earlier: readonly (readonly BlockSample[])[];
  /** What it cost over the last nights, oldest first. */
  readonly nights: readonly KeptNight[];
  readonly advice: Advice | null;
  /** null where it has one pass, or they cannot be told apart. */
  readonly passes: GuardedKernel['passes'] | null;
  /** What moved in its program, null where that cannot be read; undefined where nothing was compared. */
  readonly change: GuardedKernel['change'] | undefined;
  readonly failOn: readonly Verdict[];
  /** Label by which a regression of it would be accepted in this run; null if none is there. */
  readonly acceptedBy: string | null;
  readonly energyEstimated: boolean;
}

/** Nights that a report has of each kernel. */
const maxNights = 20;

/** Of what was measured, for there is nothing to see beside the others. */
function describeNights({ judgement, nights }: GuardedKernelTask): Pick<GuardedKernel, 'nights'> {
  if (judgement === null || nights.length === 0) return {};
  return { nights: nights.slice(-maxNights).map(({ latencyMs, joules }) => ({ latencyMs, joules })) };
}

function describeAdvice(advice: Advice | null): NonNullable<GuardedKernel['retuned']> | null {
  if (advice === null) return null;
  const { configuration, overBase, overHead } = advice;
  return {
    configuration,
    energyRatio: overBase.energy,
    latencyRatio: overBase.latency,
    overHead: { energyRatio: overHead.energy, latencyRatio: overHead.latency },
  };
}

/** One kernel and workload of a guard report. */
export function guardedKernel(task: GuardedKernelTask): GuardedKernel {
  const { comparison, judgement, broken } = task;
  const { definition, kernel, workload } = comparison;
  const samples = task.samples.filter((sample) => sample.kernel === kernel && sample.workload === workload);
  const verdict = judgement?.verdict ?? unmeasuredVerdict(broken?.status ?? comparison.status);
  const energy = judgement?.metrics.find((metric) => metric.metric === 'energy') ?? null;
  const latency = judgement?.metrics.find((metric) => metric.metric === 'latency') ?? null;
  const base = cost(samples, 'B');
  const fails = task.failOn.includes(verdict);
  // What does not run costs nothing that anybody could accept.
  const acceptable = judgement?.verdict === 'regressed' || verdict === 'wrong-result';
  const accepted = fails && acceptable ? task.acceptedBy : null;
  const energyRatio = energy?.ratio ?? null;
  return {
    kernel,
    workload,
    verdict,
    reason: judgement?.reason ?? broken?.reason ?? comparison.reason,
    fails: fails && accepted === null,
    // The gate's own, not the input's: shards that fail for nothing leave the decision to the job that judges them all.
    failOn: [...definition.gate.failOn],
    accepted,
    acceptLabel: definition.gate.acceptLabel ?? null,
    ...(judgement === null ? {} : { attempt: attemptOf(comparison, task.earlier) }),
    // Whoever changed what did not change now has been told.
    ...((comparison.status === 'changed' || comparison.status === 'new') && isSelfJudged(definition)
      ? { selfJudged: true }
      : {}),
    ...(task.passes == null ? {} : { passes: task.passes }),
    // One that the change touches is none in this run.
    sentinel: definition.sentinel && comparison.status !== 'changed',
    ...placeOf(task),
    estimated: task.energyEstimated && (energyRatio !== null || (base?.joules ?? null) !== null),
    energyRatio,
    latencyRatio: latency?.ratio ?? null,
    base,
    head: cost(samples, 'H'),
    configuration: { base: configurationOf(comparison, 'base'), head: configurationOf(comparison, 'head') },
    metrics: (judgement?.metrics ?? []).map((metric) => ({ ...metric })),
    attribution: judgement?.attribution ?? null,
    kWhPerMonth: kWhPerMonth(definition.callsPerDay.get(workload), energyRatio, base),
    ...describeNights(task),
    blocks: new Set(samples.map((sample) => `${sample.phase}${sample.block}`)).size,
    retuned: describeAdvice(task.advice),
    ...(task.change === undefined ? {} : { change: task.change }),
    ...(comparison.status === 'changed'
      ? { diff: programDiff(comparison.base.variant, comparison.head.variant) }
      : {}),
  };
}

function nameOf(one: { readonly kernel: string; readonly workload: string }): string {
  return JSON.stringify([one.kernel, one.workload]);
}

/** A machine that moved (`environment`) is never red, and never green in silence: the verdict and its reason say so. */
function exitCodeOf(verdict: OverallVerdict['verdict']): ExitCode {
  if (verdict === 'failed') return ExitCode.gateFailed;
  return verdict === 'could-not-measure' ? ExitCode.couldNotMeasure : ExitCode.passed;
}

/** The verdict of a run over what was judged and what was only listed. */
export function overallOf(options: {
  readonly judgements: readonly SubjectJudgement[];
  readonly kernels: readonly GuardedKernel[];
  readonly failOn: (kernel: string) => readonly Verdict[];
  readonly accepts: (kernel: string) => boolean;
  readonly machineChanged: string | null;
  /** What was not judged; kernels that no judgement names unless given. */
  readonly listed?: readonly GuardedKernel[];
}): OverallVerdict & { readonly exitCode: ExitCode } {
  const { judgements, kernels, ...rest } = options;
  const judged = new Set(judgements.map(nameOf));
  const listed = options.listed ?? kernels.filter((kernel) => !judged.has(nameOf(kernel)));
  const overall = overallVerdict({ ...rest, judgements, listed });
  return { ...overall, exitCode: exitCodeOf(overall.verdict) };
}
