import { ExitCode } from '../errors/index.ts';
import { type JudgeOptions, judge, type OverallVerdict } from '../judge/index.ts';
import type { Gate, Verdict } from '../manifest/index.ts';
import type { BlockSample, DeviceInfo } from '../measure/index.ts';
import { countVerdicts } from '../report/index.ts';
import type { ReportGuard } from '../schema/index.ts';
import { type Comparison, compareKernels, listMissingBaseline, listRemoved } from './comparison.ts';
import {
  type BrokenArm,
  type Contest,
  checkArms,
  measureContests,
  selectAdded,
  selectMeasurable,
} from './guard-measure.ts';
import { type GuardedKernel, guardedKernel, overallOf } from './guard-report.ts';
import type { Host } from './host.ts';
import { type Laboratory, openLaboratory } from './laboratory.ts';
import type { NoiseFloor } from './noise-floor.ts';
import { selectKernels } from './open-manifest.ts';
import { type BaseRevision, type HeadRevision, openRevisions } from './open-revisions.ts';
import type { KernelFilter, LaboratoryOptions, ManifestOptions } from './options.ts';
import { describeDevice, describeMeter } from './recording-rows.ts';
import { prepareReportFolder, writeReportFiles } from './report-files.ts';
import { compareUntouched } from './untouched.ts';

export interface GuardOptions extends ManifestOptions, LaboratoryOptions, KernelFilter {
  /** A git revision, or a folder with the base revision of the manifest; null: there is none, so every kernel is new. */
  readonly base: string | null;
  /** Verdicts that fail the run; the manifest's gates decide unless given. */
  readonly failOn?: readonly Verdict[];
  /** Judging ends with what was measured by then. */
  readonly maxMinutes?: number;
  /** Folder for report.json and report.md; none unless given. */
  readonly report?: string;
  /** Called once the device is known: what is known of its noise. */
  readonly onDevice?: (device: DeviceInfo) => Promise<NoiseFloor | null>;
}

interface Outcome {
  readonly comparisons: readonly Comparison[];
  readonly contests: readonly Contest[];
  readonly broken: readonly BrokenArm[];
  readonly samples: readonly BlockSample[];
  readonly cutShort: 'time' | 'interrupted' | null;
  readonly warnings: readonly string[];
  readonly noiseFloor: NoiseFloor | null;
  /** What it was measured with; null where nothing had to be. */
  readonly measuredWith: Pick<Laboratory, 'info' | 'meter' | 'meterReason'> | null;
}

interface Revisions {
  readonly head: HeadRevision;
  readonly base: BaseRevision;
}

/** What can be said without building or measuring anything; null if that is not all there is to say. */
function compareFiles({ head, base }: Revisions): readonly Comparison[] | null {
  if (base.problem !== null) return listMissingBaseline(head.revision, base.problem);
  return base.revision === null ? null : compareUntouched(base.revision, head.revision);
}

async function measureChanged(
  host: Host,
  laboratory: Laboratory,
  { head, base }: Revisions,
  options: GuardOptions,
): Promise<Outcome> {
  const noiseFloor = (await options.onDevice?.(laboratory.info)) ?? null;
  const startMs = laboratory.clock.nowMs();
  const { family, limits } = laboratory.info;
  const all = await compareKernels({ base: base.revision, head: head.revision, family, limits });
  const comparisons = selectComparisons(all, options.kernels);
  const { contests, broken, warnings } = await checkArms({
    host,
    laboratory,
    comparisons: [...selectAdded(comparisons), ...selectMeasurable(comparisons)],
  });
  const judgeSeconds = head.revision.manifest.budget.guard.judgeSeconds * Math.max(1, contests.length);
  const spentSeconds = (laboratory.clock.nowMs() - startMs) / 1000;
  const limitSeconds = (options.maxMinutes ?? Number.POSITIVE_INFINITY) * 60 - spentSeconds;
  const measured = await measureContests({
    host,
    laboratory,
    contests,
    seconds: Math.min(judgeSeconds, limitSeconds),
    judging: judgeOptions(noiseFloor, gatesOf(contests)),
  });
  return { comparisons, contests, broken, warnings, ...measured, noiseFloor, measuredWith: laboratory };
}

/**
 * A floor that was kept may widen a margin, twofold at most. It never excuses a kernel altogether: what is kept between
 * runs may have been written by whoever ran here before.
 */
function judgeOptions(noiseFloor: NoiseFloor | null, gates: readonly Gate[]): JudgeOptions {
  if (noiseFloor === null) return {};
  const bounded = (metric: 'energy' | 'latency') => {
    const floor = noiseFloor[metric];
    return floor === null ? null : Math.min(floor, ...gates.map((gate) => 2 * gate[metric].margin));
  };
  return { noiseFloor: { energy: bounded('energy'), latency: bounded('latency') } };
}

function gatesOf(contests: readonly Contest[]): readonly Gate[] {
  return contests.map(({ subject }) => subject.gate);
}

function selectComparisons(comparisons: readonly Comparison[], kernels: readonly string[] | null) {
  return kernels === null
    ? comparisons
    : comparisons.filter(({ kernel, definition }) => definition.sentinel || kernels.includes(kernel));
}

async function compareAll(host: Host, revisions: Revisions, options: GuardOptions): Promise<Outcome> {
  const { head, base } = revisions;
  const settled = compareFiles(revisions);
  const removed =
    base.revision === null
      ? []
      : selectComparisons(listRemoved(base.revision, head.revision), options.kernels);
  if (settled !== null) {
    const comparisons = [...selectComparisons(settled, options.kernels), ...removed];
    return {
      comparisons,
      contests: [],
      broken: [],
      samples: [],
      cutShort: null,
      warnings: [],
      noiseFloor: null,
      measuredWith: null,
    };
  }
  const laboratory = await openLaboratory(host, options);
  try {
    const outcome = await measureChanged(host, laboratory, revisions, options);
    return { ...outcome, comparisons: [...outcome.comparisons, ...removed] };
  } finally {
    await laboratory.close();
  }
}

function warningsOf(outcome: Outcome, overall: OverallVerdict): string[] {
  const warnings = [...outcome.warnings];
  for (const { warning, definition, status, kernel } of outcome.comparisons) {
    if (warning !== null) warnings.push(`${warning}.`);
    if (definition.sentinel && status === 'changed') {
      warnings.push(
        `${kernel} is a sentinel, but this change touches it: nothing shows here whether the machine held still.`,
      );
    }
  }
  if (outcome.cutShort === 'time') {
    warnings.push(
      'The time was up before every kernel was judged: those without enough blocks are inconclusive. Give --max-minutes or judge-seconds more.',
    );
  }
  if (overall.unjudged.length > 0) {
    const names = overall.unjudged.map(({ kernel, workload }) => `${kernel} ${workload}`).join(', ');
    warnings.push(`Too little could be measured to judge ${names}: nothing gates them in this run.`);
  }
  return warnings;
}

const sameCommitReason =
  'Base and head are the same commit, so nothing was compared. Check what the run is compared with.';

/** A comparison of a commit with itself says nothing, whatever it finds: it must not look like a verdict. */
function isSameCommit({ head, base }: Revisions): boolean {
  const { commit, dirty } = head.described;
  return commit !== null && commit === base.described.commit && dirty !== true;
}

/**
 * Compares what head ships with what base ships and judges it.
 * @returns the report; its `exitCode` is 1 if a gate failed
 * @throws JoulegateError bad-input for head's manifest and for a base that does not exist, could-not-measure without
 * an adapter
 */
export async function guard(host: Host, options: GuardOptions): Promise<ReportGuard> {
  const startedAt = host.now();
  const revisions = openRevisions(host, options);
  const { head, base } = revisions;
  const { manifest } = head.revision;
  selectKernels(manifest, options.kernels);
  prepareReportFolder(host, options.report);
  const outcome = await compareAll(host, revisions, options);
  const { measuredWith } = outcome;
  const judgements = judge(
    outcome.contests.map((contest) => contest.subject),
    outcome.samples,
    judgeOptions(outcome.noiseFloor, gatesOf(outcome.contests)),
  );
  const kernels = outcome.comparisons.map((comparison): GuardedKernel => {
    const matches = (other: { readonly kernel: string; readonly workload: string }) =>
      other.kernel === comparison.kernel && other.workload === comparison.workload;
    return guardedKernel({
      comparison,
      judgement: judgements.find(matches) ?? null,
      broken: outcome.broken.find((arm) => matches(arm.comparison)) ?? null,
      samples: outcome.samples,
      failOn: options.failOn ?? comparison.definition.gate.failOn,
      energyEstimated: measuredWith?.meter?.info.estimated ?? false,
    });
  });
  const failOn = new Map(
    outcome.comparisons.map(({ kernel, definition }) => [kernel, options.failOn ?? definition.gate.failOn]),
  );
  const overall = overallOf({
    judgements,
    kernels,
    failOn: (kernel) => failOn.get(kernel) ?? manifest.gate.failOn,
  });
  const interrupted = host.signal.aborted;
  const sameCommit = isSameCommit(revisions);
  const report: ReportGuard = {
    schema: 'joulegate-report',
    version: 1,
    kind: 'guard',
    tool: { name: 'joulegate', version: host.version },
    createdAt: startedAt.toISOString(),
    durationSeconds: (host.now().getTime() - startedAt.getTime()) / 1000,
    exitCode: interrupted ? ExitCode.interrupted : overall.exitCode,
    manifest: options.manifest,
    device: measuredWith === null ? null : describeDevice(measuredWith.info),
    meter: measuredWith?.meter ? describeMeter(measuredWith.meter.info) : null,
    meterReason: measuredWith?.meterReason ?? 'nothing had to be measured',
    warnings: warningsOf(outcome, overall),
    verdict: interrupted ? 'interrupted' : sameCommit ? 'nothing-gated' : overall.verdict,
    reason: sameCommit ? sameCommitReason : overall.reason,
    base: base.described,
    head: head.described,
    counts: { ...countVerdicts(kernels), gated: overall.gated },
    kernels,
    noiseFloor: outcome.noiseFloor,
    samples: outcome.samples.map((sample) => ({ ...sample, voidReasons: [...sample.voidReasons] })),
  };
  return writeReportFiles(host, options.report, report);
}
