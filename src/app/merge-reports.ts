import { ExitCode, JoulegateError } from '../errors/index.ts';
import { type JudgeOptions, judge, type Subject, type SubjectJudgement } from '../judge/index.ts';
import type { Verdict } from '../manifest/index.ts';
import type { Arm, BlockSample } from '../measure/index.ts';
import { countVerdicts } from '../report/index.ts';
import type { ReportGuard } from '../schema/index.ts';
import { overallOf } from './guard-report.ts';
import { isShare } from './stray-reports.ts';

type Kernel = ReportGuard['kernels'][number];

/** What fails where a report does not say: it is of an earlier version. */
const defaultFailOn: readonly Verdict[] = ['regressed', 'missing-baseline'];

/** Runs that ended without a verdict: their kernels were not judged, whatever their reports list. */
const unfinished: readonly number[] = [ExitCode.couldNotMeasure, ExitCode.internal, ExitCode.interrupted];

function keyOf(one: { readonly kernel: string; readonly workload: string }): string {
  return JSON.stringify([one.kernel, one.workload]);
}

interface Shard {
  readonly report: ReportGuard;
  readonly subjects: readonly Subject[];
  /** Of this report's own kernels only. */
  readonly samples: readonly BlockSample[];
  /** What earlier attempts at them measured, oldest first. */
  readonly earlier: readonly (readonly BlockSample[])[];
}

type ReportedSample = NonNullable<ReportGuard['samples']>[number];

/** What was judged, as far as a report tells it; null for a kernel that was not measured. */
function subjectOf(kernel: Kernel, own: readonly BlockSample[]): Subject | null {
  const energy = kernel.metrics.find(({ metric }) => metric === 'energy');
  const latency = kernel.metrics.find(({ metric }) => metric === 'latency');
  if (energy === undefined || latency === undefined) return null;
  const arms = new Set(own.map(({ arm }) => arm));
  return {
    kernel: kernel.kernel,
    workload: kernel.workload,
    sentinel: kernel.sentinel,
    gate: {
      energy: { margin: energy.margin, allowEstimated: energy.gates },
      latency: { margin: latency.margin },
      failOn: kernel.failOn ?? defaultFailOn,
      ...(kernel.acceptLabel == null ? {} : { acceptLabel: kernel.acceptLabel }),
    },
    arms: [...arms] as Arm[],
    energyEstimated: kernel.estimated,
  };
}

function readShard(report: ReportGuard): Shard {
  const own = new Set(report.kernels.map(keyOf));
  const all = (report.samples ?? []).filter((sample) => own.has(keyOf(sample)));
  const samples = all.filter(({ attempt }) => attempt === undefined);
  // Grouped once: reports of hundreds of kernels have tens of thousands of samples.
  const byKernel = groupSamples(samples);
  const subjects = report.kernels.flatMap(
    (kernel) => subjectOf(kernel, byKernel.get(keyOf(kernel)) ?? []) ?? [],
  );
  return { report, subjects, samples, earlier: attemptsIn(all) };
}

function groupSamples(samples: readonly BlockSample[]): ReadonlyMap<string, readonly BlockSample[]> {
  const groups = new Map<string, BlockSample[]>();
  for (const sample of samples) {
    const key = keyOf(sample);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [sample]);
    else group.push(sample);
  }
  return groups;
}

function attemptsIn(samples: readonly ReportedSample[]): BlockSample[][] {
  const numbers = [...new Set(samples.flatMap(({ attempt }) => attempt ?? []))].sort((a, b) => a - b);
  return numbers.map((number) => samples.filter(({ attempt }) => attempt === number));
}

/** The n-th attempts of all shards together. */
function joinAttempts(shards: readonly Shard[]): BlockSample[][] {
  const most = Math.max(0, ...shards.map(({ earlier }) => earlier.length));
  return Array.from({ length: most }, (_, i) => shards.flatMap(({ earlier }) => earlier[i] ?? []));
}

/**
 * Judgements of all shards. The adjustment for many tests spans all of them; sentinels and the noise floor speak for the
 * machine they were measured on, and for no other.
 */
function judgeShards(shards: readonly Shard[]): readonly SubjectJudgement[] {
  const compared = shards.flatMap(({ subjects }) => subjects.filter(({ sentinel }) => !sentinel));
  const together = judge(
    compared,
    shards.flatMap(({ samples }) => samples),
    { earlier: joinAttempts(shards) },
  );
  const byKernel = new Map(together.map((judgement) => [keyOf(judgement), judgement]));
  return shards.flatMap(({ report, subjects, samples, earlier }) => {
    const options: JudgeOptions = {
      earlier,
      machineChanged: report.machineChanged ?? null,
      ...(report.noiseFloor ? { noiseFloor: report.noiseFloor } : {}),
    };
    return judge(subjects, samples, options).map((own) => {
      if (own.sentinel || own.verdict === 'environment') return own;
      return byKernel.get(keyOf(own)) ?? own;
    });
  });
}

/** The label of the pull request by which a kernel's regression is accepted; null if there is none. */
type Acceptance = (kernel: string) => string | null;

function acceptanceOf(kernels: readonly Kernel[], labels: readonly string[] | null): Acceptance {
  const there = new Set((labels ?? []).map((label) => label.toLowerCase()));
  const labelOf = new Map(kernels.map(({ kernel, acceptLabel }) => [kernel, acceptLabel ?? null]));
  return (name) => {
    const label = labelOf.get(name) ?? null;
    return label !== null && there.has(label.toLowerCase()) ? label : null;
  };
}

function judged(
  kernel: Kernel,
  judgement: SubjectJudgement | undefined,
  policy: { readonly failOn: readonly Verdict[]; readonly acceptedBy: string | null },
): Kernel {
  const { failOn, acceptedBy } = policy;
  if (judgement === undefined) return { ...kernel, fails: failOn.includes(kernel.verdict) };
  const fails = failOn.includes(judgement.verdict);
  const accepted = fails && judgement.verdict === 'regressed' ? acceptedBy : null;
  const ratioOf = (wanted: 'energy' | 'latency') =>
    judgement.metrics.find(({ metric }) => metric === wanted)?.ratio ?? null;
  return {
    ...kernel,
    verdict: judgement.verdict,
    reason: judgement.reason,
    fails: fails && accepted === null,
    accepted,
    metrics: judgement.metrics.map((metric) => ({ ...metric })),
    attribution: judgement.attribution,
    energyRatio: ratioOf('energy'),
    latencyRatio: ratioOf('latency'),
  };
}

function refuse(message: string): never {
  throw new JoulegateError('bad-input', message, {
    code: 'reports-differ',
    nextStep: 'Let one report job need the shards of one manifest, device and commit, and no others.',
  });
}

function assertMergeable(reports: readonly ReportGuard[], acrossDevices: boolean): void {
  const differing = (what: string, of: (report: ReportGuard) => string | null | undefined) => {
    const found = [...new Set(reports.map(of).filter((value) => value !== null && value !== undefined))];
    if (found.length > 1) refuse(`The reports are of several ${what}: ${found.join(', ')}.`);
  };
  differing('manifests', (report) => report.manifest);
  if (!acrossDevices) differing('devices', (report) => report.device?.family);
  differing('heads', (report) => report.head.commit);
  differing('bases', (report) => report.base?.commit);
  const seen = new Set<string>();
  for (const kernel of reports.flatMap((report) => report.kernels)) {
    if (!isShare(kernel)) continue;
    if (seen.has(keyOf(kernel))) refuse(`Several reports have measured ${kernel.kernel} ${kernel.workload}.`);
    seen.add(keyOf(kernel));
  }
}

/** Each kernel once: a sentinel of several shards, or a removed kernel, as the report that measured it most has it. */
function distinctKernels(reports: readonly ReportGuard[]): readonly Kernel[] {
  const kernels = new Map<string, Kernel>();
  for (const kernel of reports.flatMap((report) => report.kernels)) {
    const there = kernels.get(keyOf(kernel));
    if (there === undefined || kernel.blocks > there.blocks) kernels.set(keyOf(kernel), kernel);
  }
  return [...kernels.values()];
}

/** Every shard tells what it saw of the gates; what several saw is told once. */
function mergePolicies(reports: readonly ReportGuard[]): ReportGuard['policy'] {
  const policies = reports.flatMap(({ policy }) => policy ?? []);
  const [first] = policies;
  if (first === undefined) return undefined;
  const changes = new Map(
    policies.flatMap((policy) => policy.changes.map((change) => [JSON.stringify(change), change])),
  );
  return { source: first.source, changes: [...changes.values()] };
}

/**
 * Judges the reports of several shards together from their raw samples. Where a shard is missing, or ended without a
 * verdict, the result is never green.
 * @param options.gaps what is missing or not of use, a sentence each
 * @param options.acrossDevices the reports are of several devices, and no two name a kernel alike
 * @param options.failOn verdicts that fail; each kernel's own, as its report says, unless given
 * @param options.labels of the pull request, which may accept regressions; none unless given
 * @throws JoulegateError bad-input for no report, or for reports that do not belong together
 */
export function mergeReports(options: {
  readonly reports: readonly ReportGuard[];
  readonly gaps: readonly string[];
  readonly acrossDevices?: boolean;
  readonly failOn: readonly Verdict[] | null;
  readonly labels?: readonly string[] | null;
}): ReportGuard {
  const { reports, labels = null } = options;
  const first = reports[0];
  if (first === undefined) {
    throw new JoulegateError('bad-input', 'There is no report to judge.', {
      code: 'no-reports',
      nextStep: 'Let this job need the jobs with `mode: guard` of the same run.',
    });
  }
  assertMergeable(reports, options.acrossDevices ?? false);
  const shards = reports.map(readShard);
  const judgements = judgeShards(shards);
  // Of a sentinel in several shards the first speaks.
  const judgementOf = new Map([...judgements].reverse().map((judgement) => [keyOf(judgement), judgement]));
  const kernels = distinctKernels(reports);
  const failOn = new Map(
    kernels.map((kernel) => [kernel.kernel, options.failOn ?? kernel.failOn ?? defaultFailOn]),
  );
  const failOnOf = (kernel: string) => failOn.get(kernel) ?? defaultFailOn;
  const accepts = acceptanceOf(kernels, labels);
  const merged = kernels.map((kernel) =>
    judged(kernel, judgementOf.get(keyOf(kernel)), {
      failOn: failOnOf(kernel.kernel),
      acceptedBy: accepts(kernel.kernel),
    }),
  );
  const overall = overallOf({
    judgements,
    kernels: merged,
    failOn: failOnOf,
    accepts: (kernel) => accepts(kernel) !== null,
    machineChanged: null,
  });
  const cutShort = reports.filter(({ exitCode }) => unfinished.includes(exitCode)).length;
  const gaps = [
    ...options.gaps,
    ...(cutShort > 0
      ? [`${cutShort} of ${reports.length} shards ended before they could judge their kernels.`]
      : []),
  ];
  const failed = overall.verdict === 'failed';
  const own = new Set(merged.map(keyOf));
  const policy = mergePolicies(reports);
  // The file itself stays with the shard that found it.
  const suggested = reports.find((report) => report.suggestion != null)?.suggestion;
  const incomplete = gaps.length > 0;
  return {
    ...first,
    durationSeconds: Math.max(...reports.map((report) => report.durationSeconds)),
    exitCode: incomplete && !failed ? ExitCode.couldNotMeasure : overall.exitCode,
    device: reports.find((report) => report.device !== null)?.device ?? null,
    meter: reports.find((report) => report.meter !== null)?.meter ?? null,
    warnings: [...new Set([...gaps, ...reports.flatMap((report) => report.warnings)])],
    verdict: incomplete && !failed ? 'could-not-measure' : overall.verdict,
    reason: [...gaps, overall.reason].join(' '),
    counts: { ...countVerdicts(merged), gated: overall.gated },
    kernels: merged,
    ...(policy === undefined ? {} : { policy }),
    notJudged: overall.unjudged.map(({ kernel, workload }) => ({ kernel, workload })),
    machineChanged: reports.find((report) => report.machineChanged != null)?.machineChanged ?? null,
    suggestion: suggested == null ? null : { ...suggested, file: null },
    samples: reports.flatMap((report) => report.samples ?? []).filter((sample) => own.has(keyOf(sample))),
  };
}
