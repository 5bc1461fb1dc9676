import { ExitCode, JoulegateError } from '../errors/index.ts';
import { judge, type Subject, type SubjectJudgement } from '../judge/index.ts';
import type { Verdict } from '../manifest/index.ts';
import type { Arm, BlockSample } from '../measure/index.ts';
import { countVerdicts } from '../report/index.ts';
import type { ReportGuard } from '../schema/index.ts';
import { overallOf } from './guard-report.ts';

type Kernel = ReportGuard['kernels'][number];

function keyOf(one: { readonly kernel: string; readonly workload: string }): string {
  return JSON.stringify([one.kernel, one.workload]);
}

/** What was judged, as far as a report tells it; null for a kernel that was not measured. */
function subjectOf(
  kernel: Kernel,
  samples: readonly BlockSample[],
  failOn: readonly Verdict[],
): Subject | null {
  const energy = kernel.metrics.find(({ metric }) => metric === 'energy');
  const latency = kernel.metrics.find(({ metric }) => metric === 'latency');
  if (energy === undefined || latency === undefined) return null;
  const arms = new Set(samples.filter((sample) => keyOf(sample) === keyOf(kernel)).map(({ arm }) => arm));
  return {
    kernel: kernel.kernel,
    workload: kernel.workload,
    sentinel: kernel.sentinel,
    gate: {
      energy: { margin: energy.margin, allowEstimated: energy.gates },
      latency: { margin: latency.margin },
      failOn,
    },
    arms: [...arms] as Arm[],
    energyEstimated: kernel.estimated,
  };
}

function judged(kernel: Kernel, judgement: SubjectJudgement | undefined, failOn: readonly Verdict[]): Kernel {
  if (judgement === undefined) return kernel;
  const ratioOf = (wanted: 'energy' | 'latency') =>
    judgement.metrics.find(({ metric }) => metric === wanted)?.ratio ?? null;
  return {
    ...kernel,
    verdict: judgement.verdict,
    reason: judgement.reason,
    fails: failOn.includes(judgement.verdict),
    metrics: judgement.metrics.map((metric) => ({ ...metric })),
    attribution: judgement.attribution,
    energyRatio: ratioOf('energy'),
    latencyRatio: ratioOf('latency'),
  };
}

function assertMergeable(reports: readonly ReportGuard[]): void {
  const differing = (what: string, of: (report: ReportGuard) => string | null | undefined) => {
    const found = [...new Set(reports.map(of).filter((value) => value !== null && value !== undefined))];
    if (found.length < 2) return;
    throw new JoulegateError('bad-input', `The reports are of several ${what}: ${found.join(', ')}.`, {
      code: 'reports-differ',
      nextStep: 'Give each device and commit a report job of its own.',
    });
  };
  differing('devices', (report) => report.device?.family);
  differing('heads', (report) => report.head.commit);
  differing('bases', (report) => report.base?.commit);
}

/**
 * Judges the reports of several shards together from their raw samples, with the adjustment for many tests over all of
 * them. Where a shard is missing the result is never green.
 * @param options.missing names of the shards without a report
 * @throws JoulegateError bad-input for no report, or for reports of different devices, bases or heads
 */
export function mergeReports(options: {
  readonly reports: readonly ReportGuard[];
  readonly missing: readonly string[];
  readonly failOn: readonly Verdict[];
}): ReportGuard {
  const { reports, missing, failOn } = options;
  const first = reports[0];
  if (first === undefined) {
    throw new JoulegateError('bad-input', 'There is no report to judge.', {
      code: 'no-reports',
      nextStep: 'Let this job need the jobs with `mode: guard` of the same run.',
    });
  }
  assertMergeable(reports);
  const samples = reports.flatMap((report) => report.samples ?? []) as BlockSample[];
  const kernels = new Map<string, Kernel>();
  for (const kernel of reports.flatMap((report) => report.kernels)) {
    const there = kernels.get(keyOf(kernel));
    // Every shard has the sentinels; one that was measured says more than one that was not.
    if (there === undefined || kernel.blocks > there.blocks) kernels.set(keyOf(kernel), kernel);
  }
  const subjects = [...kernels.values()].flatMap((kernel) => subjectOf(kernel, samples, failOn) ?? []);
  const noiseFloor = first.noiseFloor ?? null;
  const judgements = judge(subjects, samples, noiseFloor === null ? {} : { noiseFloor });
  const merged = [...kernels.values()].map((kernel) =>
    judged(
      kernel,
      judgements.find((judgement) => keyOf(judgement) === keyOf(kernel)),
      failOn,
    ),
  );
  const overall = overallOf({ judgements, kernels: merged, failOn: () => failOn });
  const incomplete = missing.length > 0;
  const lost = `No report of shard ${missing.join(', ')}: its kernels were not judged.`;
  return {
    ...first,
    durationSeconds: Math.max(...reports.map((report) => report.durationSeconds)),
    exitCode:
      incomplete && overall.exitCode === ExitCode.passed ? ExitCode.couldNotMeasure : overall.exitCode,
    device: reports.find((report) => report.device !== null)?.device ?? null,
    meter: reports.find((report) => report.meter !== null)?.meter ?? null,
    warnings: [...new Set([...(incomplete ? [lost] : []), ...reports.flatMap((report) => report.warnings)])],
    verdict: incomplete && overall.verdict !== 'failed' ? 'could-not-measure' : overall.verdict,
    reason: incomplete ? `${lost} ${overall.reason}` : overall.reason,
    counts: { ...countVerdicts(merged), gated: overall.gated },
    kernels: merged,
    samples: samples.map((sample) => ({ ...sample, voidReasons: [...sample.voidReasons] })),
  };
}
