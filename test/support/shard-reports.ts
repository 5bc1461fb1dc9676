import type { ReportGuard } from '../../src/schema/index.ts';

type Kernel = ReportGuard['kernels'][number];
type Sample = NonNullable<ReportGuard['samples']>[number];

/** Six flagging and nine confirming blocks in which head costs `ratio` times base, with a spread of about 1 %. */
export function samplesOf(kernel: string, ratio: number): Sample[] {
  const phases = [...Array<'flag'>(6).fill('flag'), ...Array<'confirm'>(9).fill('confirm')];
  return phases.flatMap((phase, block) =>
    (['B', 'H'] as const).map(
      (arm): Sample => ({
        kernel,
        workload: 'N=1',
        arm,
        block,
        phase,
        latencyMs: (arm === 'H' ? ratio : 1) * (1 + 0.01 * Math.sin(7 * block + (arm === 'H' ? 1 : 0))),
        joules: null,
        latencyResolution: 0,
        energyResolution: 0,
        voidReasons: [],
      }),
    ),
  );
}

/** A kernel that a shard measured and, on its own, let pass. */
export function kernelOf(name: string, change: Partial<Kernel> = {}): Kernel {
  const metric = { ratio: null, gates: true, blocks: 15, flagged: false, confirmP: null, reason: '' };
  return {
    kernel: name,
    workload: 'N=1',
    verdict: 'unchanged',
    reason: '',
    fails: false,
    failOn: ['regressed', 'missing-baseline'],
    sentinel: false,
    file: null,
    line: null,
    estimated: false,
    energyRatio: null,
    latencyRatio: null,
    base: null,
    head: null,
    configuration: { base: null, head: null },
    metrics: [
      { ...metric, metric: 'energy', verdict: 'inconclusive', margin: 0.05 },
      { ...metric, metric: 'latency', verdict: 'unchanged', margin: 0.05 },
    ],
    attribution: null,
    kWhPerMonth: null,
    blocks: 15,
    ...change,
  };
}

/** The report of one shard: valid as a file. */
export function reportOf(
  kernels: readonly Kernel[],
  samples: readonly Sample[],
  change: Partial<ReportGuard> = {},
): ReportGuard {
  return {
    schema: 'joulegate-report',
    version: 1,
    kind: 'guard',
    tool: { name: 'joulegate', version: '0.0.0' },
    createdAt: '2026-01-01T00:00:00.000Z',
    durationSeconds: 1,
    exitCode: 0,
    manifest: 'joulegate.yaml',
    device: null,
    meter: null,
    meterReason: '',
    warnings: [],
    verdict: 'passed',
    reason: '',
    base: { label: 'main', commit: 'a'.repeat(40) },
    head: { label: 'HEAD', commit: 'b'.repeat(40) },
    counts: {
      gated: 1,
      regressed: 0,
      improved: 0,
      unchanged: 1,
      inconclusive: 0,
      identical: 0,
      new: 0,
      removed: 0,
      missingBaseline: 0,
      environment: 0,
    },
    kernels: [...kernels],
    samples: [...samples],
    ...change,
  };
}

/** A device by its family. */
export function deviceOf(family: string): NonNullable<ReportGuard['device']> {
  return {
    family,
    vendor: 'acme',
    architecture: '',
    device: '',
    description: family,
    driver: '1.0',
    software: false,
  };
}
