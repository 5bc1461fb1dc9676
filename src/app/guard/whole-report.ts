import { join } from 'node:path';
import { ExitCode } from '../../errors/index.ts';
import { networkName, type OverallVerdict } from '../../judge/index.ts';
import { isShared } from '../../measure/index.ts';
import { countVerdicts } from '../../report/index.ts';
import type { ReportGuard, ReportNetwork } from '../../schema/index.ts';
import { formatTuned, type Tuned, writeFileAtomic } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { machineLabel } from '../laboratory/index.ts';
import { optionalNow } from '../optional.ts';
import { absolutePath, writeReportFiles } from '../project/index.ts';
import { describeDevice, describeMeter } from '../recordings/index.ts';
import type { Acceptance } from './acceptance.ts';
import { type Advice, suggestedTuned } from './advice.ts';
import { networkReport } from './network-report.ts';
import type { GuardPolicy } from './policy.ts';
import { type GuardedKernel, guardedKernel, overallOf } from './report.ts';
import type { BaseRevision, HeadRevision } from './revisions.ts';
import type { GuardOptions, GuardOutcome } from './run.ts';
import { isSameCommit, sameCommitReason } from './same-commit.ts';

/** Beside the report: the tuned state with what retuning head found. */
export const suggestionFile = 'tuned.suggested.json';

/** Why energy that was measured could not fail the run, if that is so for its sensor. */
function sharedEnergy({ measuredWith, comparisons }: GuardOutcome): string[] {
  const scope = measuredWith?.meter?.info.scope ?? null;
  if (scope === null || !isShared({ scope })) return [];
  const barred = comparisons.filter(({ definition }) => definition.gate.energy.allowShared !== true);
  if (barred.length === 0) return [];
  return [
    `Energy failed nothing here: the sensor's joules are those of the ${scope}, of which the GPU is a part. To gate by it all the same, write \`gate: { energy: { allow-shared: true } }\`.`,
  ];
}

/** Networks say themselves why they were not judged. */
function isKernelOf({ comparisons }: GuardOutcome) {
  return (one: { readonly kernel: string }) => comparisons.some(({ kernel }) => kernel === one.kernel);
}

function warningsOf(outcome: GuardOutcome, overall: OverallVerdict): string[] {
  const warnings = [...outcome.warnings, ...sharedEnergy(outcome)];
  for (const { warning, definition, status, kernel } of outcome.comparisons) {
    if (warning !== null) warnings.push(`${warning}.`);
    if (definition.sentinel && status === 'changed') {
      warnings.push(
        `${kernel} is a sentinel, but this change touches it: nothing shows here whether the machine held still.`,
      );
    }
  }
  const unjudged = overall.unjudged.filter(isKernelOf(outcome));
  if (unjudged.length > 0) {
    const names = unjudged.map(({ kernel, workload }) => `${kernel} ${workload}`).join(', ');
    const why =
      outcome.cutShort === 'time'
        ? 'The time was up before every kernel was judged; give --max-minutes or judge-seconds more.'
        : 'Too few blocks could be measured of some kernels.';
    warnings.push(`${why} Not judged, and gated by nothing in this run: ${names}.`);
  }
  return warnings;
}

type Suggestion = NonNullable<ReportGuard['suggestion']>;

function writeSuggestion(
  host: Host,
  options: GuardOptions,
  head: { readonly tuned: Tuned | null; readonly tunedPath: string },
  advice: readonly Advice[],
): { readonly suggestion: Suggestion | null; readonly warnings: readonly string[] } {
  if (advice.length === 0) return { suggestion: null, warnings: [] };
  if (options.report === undefined) {
    return { suggestion: { path: head.tunedPath, file: null }, warnings: [] };
  }
  const path = join(absolutePath(host, options.report), suggestionFile);
  const warnings: string[] = [];
  const part = { cost: 'the suggestion is in the report only', otherwise: null };
  const file = optionalNow({ ...part, warn: (text) => void warnings.push(text) }, () => {
    writeFileAtomic(path, formatTuned(suggestedTuned(head.tuned, advice)));
    return suggestionFile;
  });
  return { suggestion: { path: head.tunedPath, file }, warnings };
}

/** This attempt's blocks, and those of earlier ones with the number of their attempt. */
function samplesOf({ samples, earlier, measuredWith }: GuardOutcome): NonNullable<ReportGuard['samples']> {
  const device = measuredWith === null ? {} : { device: machineLabel(measuredWith.info) };
  const before = earlier.flatMap((attempt, i) => attempt.map((sample) => ({ ...sample, attempt: i + 1 })));
  return [...before, ...samples].map((sample) => ({
    ...sample,
    voidReasons: [...sample.voidReasons],
    ...device,
  }));
}

/** What a report is made of: all that is said of a run but what it advises. */
export interface Judged {
  readonly outcome: GuardOutcome;
  readonly accepts: Acceptance;
  readonly unread: readonly string[];
  /** Before there was a verdict. */
  readonly interrupted: boolean;
}

export interface ReportTask {
  readonly host: Host;
  readonly options: GuardOptions;
  readonly startedAt: Date;
  readonly head: HeadRevision;
  readonly base: BaseRevision;
  readonly policy: GuardPolicy;
}

function kernelsOf(
  { options }: ReportTask,
  { outcome, accepts }: Judged,
  advice: readonly Advice[],
): GuardedKernel[] {
  const { measuredWith, judgements } = outcome;
  return outcome.comparisons.map((comparison) => {
    const matches = (other: { readonly kernel: string; readonly workload: string }) =>
      other.kernel === comparison.kernel && other.workload === comparison.workload;
    return guardedKernel({
      comparison,
      judgement: judgements.find(matches) ?? null,
      broken: outcome.broken.find((arm) => matches(arm.comparison)) ?? null,
      advice: advice.find(matches) ?? null,
      passes: outcome.passes.find(matches)?.passes ?? null,
      change: outcome.changes.find(matches)?.change,
      samples: outcome.samples,
      earlier: outcome.earlier,
      nights: outcome.nights.filter(matches),
      failOn: options.failOn ?? comparison.definition.gate.failOn,
      acceptedBy: accepts(comparison.kernel),
      energyEstimated: measuredWith?.meter?.info.estimated ?? false,
    });
  });
}

/** A network of which some kernels are left out here, and which no other job puts together. */
function isLeftOut({ options }: ReportTask, { outcome }: Judged, at: number): boolean {
  const parts = outcome.networks[at]?.parts ?? [];
  return options.shared !== true && parts.some(({ status }) => status === 'elsewhere');
}

function leftOutWarnings(task: ReportTask, judged: Judged): string[] {
  const names = task.policy.networks.flatMap(({ network }, i) =>
    isLeftOut(task, judged, i) ? [network.name] : [],
  );
  if (names.length === 0) return [];
  return [
    `Not judged, because kernels that they launch are left out of this run: network ${names.join(', ')}.`,
  ];
}

function networksOf(task: ReportTask, judged: Judged): ReportNetwork[] {
  const { options, policy, base } = task;
  const { outcome, accepts } = judged;
  return policy.networks.flatMap((guarded, i) => {
    const measured = outcome.networks[i];
    if (measured === undefined || isLeftOut(task, judged, i)) return [];
    const name = networkName(guarded.network.name);
    return [
      networkReport({
        guarded,
        ...measured,
        alone: outcome.alone,
        judgement: outcome.judgements.find(({ kernel }) => kernel === name) ?? null,
        samples: outcome.samples,
        baseProblem: base.problem,
        failOn: options.failOn ?? guarded.network.gate.failOn,
        acceptedBy: accepts(name),
      }),
    ];
  });
}

/** The report, written to where the user wants it. */
export function reportOn(
  task: ReportTask,
  judged: Judged,
  { advice, warnings }: Pick<GuardOutcome, 'advice' | 'warnings'>,
): ReportGuard {
  const { host, options, startedAt, head, base, policy } = task;
  const { accepts, unread, interrupted } = judged;
  const outcome: GuardOutcome = { ...judged.outcome, warnings };
  const { measuredWith, judgements, machineChanged } = outcome;
  const kernels = kernelsOf(task, judged, advice);
  const networks = networksOf(task, judged);
  const gates = [
    ...outcome.comparisons.map(({ kernel, definition }) => [kernel, definition.gate] as const),
    ...policy.networks.map(({ network }) => [networkName(network.name), network.gate] as const),
  ];
  const failOn = new Map(gates.map(([kernel, gate]) => [kernel, options.failOn ?? gate.failOn]));
  const overall = overallOf({
    judgements,
    kernels,
    failOn: (kernel) => failOn.get(kernel) ?? policy.head.manifest.gate.failOn,
    accepts: (kernel) => accepts(kernel) !== null,
    machineChanged,
  });
  const { tuned, manifest } = head.revision;
  const suggested = writeSuggestion(host, options, { tuned, tunedPath: manifest.tunedPath }, advice);
  const sameCommit = isSameCommit(head.described, base.described);
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
    warnings: [
      ...policy.warnings,
      ...warningsOf(outcome, overall),
      ...leftOutWarnings(task, judged),
      ...unread,
      ...suggested.warnings,
    ],
    verdict: interrupted ? 'interrupted' : sameCommit ? 'nothing-gated' : overall.verdict,
    reason: sameCommit ? sameCommitReason : overall.reason,
    base: base.described,
    head: head.described,
    counts: { ...countVerdicts(kernels), gated: overall.gated },
    kernels,
    ...(networks.length === 0 ? {} : { networks }),
    policy: policy.policy,
    notJudged: overall.unjudged
      .filter(isKernelOf(outcome))
      .map(({ kernel, workload }) => ({ kernel, workload })),
    machineChanged,
    suggestion: suggested.suggestion,
    noiseFloor: outcome.noiseFloor,
    samples: samplesOf(outcome),
  };
  return writeReportFiles(host, options, report);
}
