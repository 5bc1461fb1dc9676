import type {
  DiffKernel,
  GuardKernel,
  GuardReport,
  Report,
  RetunedKernel,
  RetuneReport,
} from '../../src/report/index.ts';
import { countStatuses, countVerdicts } from '../../src/report/index.ts';

/** Reports as the modes make them, with realistic figures. */

const common = {
  schema: 'joulegate-report',
  version: 1,
  tool: { name: 'joulegate', version: '0.1.0' },
  createdAt: '2025-06-01T12:00:00.000Z',
  durationSeconds: 83.4,
  manifest: 'joulegate.yaml',
  device: {
    family: 'mesa-llvmpipe',
    vendor: 'mesa',
    architecture: '',
    device: '',
    description: 'llvmpipe (LLVM 15.0.6, 256 bits)',
    driver: 'Mesa 24.2.8',
    software: true,
  },
  meter: {
    name: 'cpu-time',
    description: 'CPU time x 15 W per core',
    estimated: true,
    updatePeriodMs: null,
    resolutionJoules: 0.015,
    idleWatts: null,
  },
  meterReason: 'a software adapter has no energy sensor',
  warnings: [],
} as const;

function ratio(estimate: number, halfWidth = 0.012) {
  return { estimate, low: estimate - halfWidth, high: estimate + halfWidth };
}

export function guardKernel(changes: Partial<GuardKernel> = {}): GuardKernel {
  const energyRatio = changes.energyRatio === undefined ? ratio(1.001) : changes.energyRatio;
  const latencyRatio = changes.latencyRatio === undefined ? ratio(0.998) : changes.latencyRatio;
  const base = { latencyMs: 1.234, joules: 0.0311 };
  const judged = (metric: 'energy' | 'latency', value: GuardKernel['energyRatio']) => ({
    metric,
    verdict: 'unchanged' as const,
    ratio: value,
    margin: 0.1,
    gates: true,
    blocks: 6,
    flagged: false,
    confirmP: null,
    reason: 'below the margin',
  });
  return {
    kernel: 'softmax',
    workload: 'ROWS=1024,COLS=512',
    verdict: 'unchanged',
    reason: 'energy and latency stay below their margins of 10 %',
    fails: false,
    sentinel: false,
    file: 'kernels/softmax.wesl',
    line: 14,
    estimated: true,
    energyRatio,
    latencyRatio,
    base,
    head: {
      latencyMs: base.latencyMs * (latencyRatio?.estimate ?? 1),
      joules: base.joules * (energyRatio?.estimate ?? 1),
    },
    configuration: {
      base: { WORKGROUP: 64, PER_THREAD: 4, VECTORIZE: true },
      head: { WORKGROUP: 64, PER_THREAD: 4, VECTORIZE: true },
    },
    metrics: [judged('energy', energyRatio), judged('latency', latencyRatio)],
    attribution: null,
    kWhPerMonth: null,
    blocks: 6,
    ...changes,
  };
}

/** One that was not measured. */
export function unmeasuredKernel(changes: Partial<GuardKernel>): GuardKernel {
  return guardKernel({
    energyRatio: null,
    latencyRatio: null,
    base: null,
    head: null,
    metrics: [],
    blocks: 0,
    ...changes,
  });
}

export const regressedKernel = guardKernel({
  verdict: 'regressed',
  fails: true,
  reason: 'energy rose by 71.2 % against a margin of 10 % (p < 0.001 in 9 fresh blocks)',
  energyRatio: { estimate: 1.712, low: 1.69, high: 1.734 },
  latencyRatio: { estimate: 1.688, low: 1.665, high: 1.711 },
  attribution: 'code',
  kWhPerMonth: 12.345,
  blocks: 15,
});

export const mixedKernels: readonly GuardKernel[] = [
  guardKernel({ kernel: 'matmul', workload: 'm=256,n=256,k=256,type=f32', file: 'joulegate.yaml', line: 9 }),
  regressedKernel,
  guardKernel({
    kernel: 'row-sum',
    workload: 'ROWS=4096,COLS=1024',
    verdict: 'improved',
    reason: 'energy fell by 38.4 %',
    energyRatio: ratio(0.616),
    latencyRatio: ratio(0.604),
    file: 'kernels/row-sum.wgsl',
    line: 3,
  }),
  unmeasuredKernel({
    kernel: 'bias-gelu',
    workload: 'LENGTH=1048576',
    verdict: 'identical',
    reason: 'same program, launch and workload as in base',
  }),
  unmeasuredKernel({
    kernel: 'transpose',
    workload: 'ROWS=1024,COLS=1024',
    verdict: 'new',
    reason: 'not in the base revision',
    configuration: { base: null, head: { TILE: 16 } },
  }),
  guardKernel({
    kernel: 'sentinel',
    workload: 'LENGTH=4194304',
    sentinel: true,
    file: 'joulegate.yaml',
    line: 60,
  }),
];

export function guardReport(
  kernels: readonly GuardKernel[],
  changes: Partial<GuardReport> = {},
): GuardReport {
  const failed = kernels.some((kernel) => kernel.fails);
  return {
    ...common,
    kind: 'guard',
    exitCode: failed ? 1 : 0,
    verdict: failed ? 'failed' : 'passed',
    reason: failed
      ? 'softmax ROWS=1024,COLS=512 regressed in energy and latency'
      : 'no gated kernel regressed',
    base: { label: 'main', commit: '0123456789abcdef0123456789abcdef01234567' },
    head: { label: 'working tree', commit: null },
    counts: countVerdicts(kernels),
    kernels,
    ...changes,
  };
}

const compileExample = {
  kind: 'compile',
  message: 'struct member zz not found',
  file: 'kernels/softmax.wesl',
  line: 12,
  configuration: { WORKGROUP: 64, PER_THREAD: 1, VECTORIZE: true },
};

const wrongResultExample = {
  kind: 'wrong-result',
  message: '`output`: 3 of 4 elements are wrong; first at index 1: 5, expected 2',
  file: null,
  line: null,
  configuration: { WORKGROUP: 256, PER_THREAD: 1, VECTORIZE: false },
};

export function retunedKernel(changes: Partial<RetunedKernel> = {}): RetunedKernel {
  return {
    kernel: 'softmax',
    workload: 'ROWS=1024,COLS=512',
    file: 'joulegate.yaml',
    line: 14,
    objective: 'energy',
    latencySlack: 0.03,
    configuration: { WORKGROUP: 128, PER_THREAD: 4, VECTORIZE: true },
    previousConfiguration: { WORKGROUP: 64, PER_THREAD: 1, VECTORIZE: true },
    latencyMs: 0.912,
    joules: 0.0213,
    estimated: true,
    before: { latencyMs: 1.234, joules: 0.0311 },
    energyRatio: { estimate: 0.685, low: 0.671, high: 0.699 },
    latencyRatio: { estimate: 0.739, low: 0.731, high: 0.747 },
    trials: 64,
    energyMeasurements: 18,
    failures: { compile: 2, 'wrong-result': 1 },
    failureExamples: [wrongResultExample, compileExample],
    spaceSize: { value: 1024, exact: true },
    seed: 7,
    stopped: 'trials',
    seconds: 42.7,
    convergence: [null, 0.0311, 0.0311, 0.029, 0.027, 0.0241, 0.024, 0.0222, 0.0213, 0.0213],
    pareto: [
      { configuration: { WORKGROUP: 256, PER_THREAD: 4, VECTORIZE: true }, latencyMs: 0.9, joules: 0.0231 },
      { configuration: { WORKGROUP: 128, PER_THREAD: 4, VECTORIZE: true }, latencyMs: 0.912, joules: 0.0213 },
    ],
    reason: 'replaced: 31.5 % less energy in every block',
    ...changes,
  };
}

export const retunedKernels: readonly RetunedKernel[] = [
  retunedKernel({
    kernel: 'matmul',
    workload: 'm=256,n=256,k=256,type=f32',
    configuration: { TILE_X: 8, TILE_Y: 8, ROWS: 4, COLS: 4, STAGE_A: true, STAGE_B: true, VECTOR: 4 },
    previousConfiguration: {
      TILE_X: 16,
      TILE_Y: 16,
      ROWS: 1,
      COLS: 1,
      STAGE_A: true,
      STAGE_B: true,
      VECTOR: 1,
    },
    latencyMs: 12.4,
    joules: 0.341,
    before: { latencyMs: 44.1, joules: 1.22 },
    energyRatio: { estimate: 0.2795, low: 0.271, high: 0.288 },
    latencyRatio: { estimate: 0.2812, low: 0.272, high: 0.29 },
    spaceSize: { value: 1000000, exact: false },
  }),
  retunedKernel(),
  retunedKernel({
    kernel: 'row-sum',
    workload: 'ROWS=4096,COLS=1024',
    configuration: { WORKGROUP: 64 },
    previousConfiguration: { WORKGROUP: 64 },
    energyRatio: null,
    latencyRatio: null,
    before: null,
    failures: {},
    failureExamples: [],
    reason: 'kept: nothing was better by more than the noise',
    convergence: [0.0213, 0.0213, 0.0213],
    pareto: [],
  }),
  retunedKernel({
    kernel: 'broken',
    configuration: null,
    previousConfiguration: { WORKGROUP: 64 },
    latencyMs: null,
    joules: null,
    energyRatio: null,
    latencyRatio: null,
    before: null,
    trials: 4,
    energyMeasurements: 0,
    failures: { compile: 4 },
    failureExamples: [compileExample],
    stopped: 'exhausted',
    convergence: [null, null, null, null],
    pareto: [],
    reason: 'no configuration works; see the failures',
  }),
];

export function retuneReport(
  kernels: readonly RetunedKernel[],
  changes: Partial<RetuneReport> = {},
): RetuneReport {
  return { ...common, kind: 'retune', exitCode: 0, kernels, ...changes };
}

/** Forty kernels of every kind. */
export function manyKernels(): GuardKernel[] {
  const verdicts = ['unchanged', 'identical', 'unchanged', 'improved', 'identical', 'inconclusive'] as const;
  return Array.from({ length: 40 }, (_, i) => {
    const verdict = verdicts[i % verdicts.length] ?? 'unchanged';
    const changes = {
      kernel: `kernel-${String(i).padStart(2, '0')}`,
      workload: `m=${64 * (i + 1)},n=4096,k=1024,type=f16`,
    };
    if (i === 7) return { ...regressedKernel, ...changes };
    if (verdict === 'identical') {
      return unmeasuredKernel({
        ...changes,
        verdict,
        reason: 'same program, launch and workload as in base',
      });
    }
    const energyRatio = verdict === 'improved' ? ratio(0.8 - i / 200) : ratio(1 + (i - 20) / 1000);
    const reason = verdict === 'inconclusive' ? 'the interval reaches across the margin' : 'as judged';
    return guardKernel({ ...changes, verdict, energyRatio, reason });
  });
}

/** What moved in a program that does more. */
export const moves: NonNullable<GuardKernel['change']>['moved'] = [
  { what: 'exp', per: 'launch', unit: 'count', base: 262_144, head: 393_216 },
  { what: 'barriers', per: 'invocation', unit: 'count', base: 1, head: 33 },
  { what: 'workgroups', per: 'launch', unit: 'count', base: 2048, head: 8192 },
  { what: 'workgroup memory', per: 'workgroup', unit: 'bytes', base: 4096, head: 18_432 },
];

export function diffKernel(changes: Partial<DiffKernel> = {}): DiffKernel {
  const configuration = { WORKGROUP: 64 };
  return {
    kernel: 'softmax',
    workload: 'ROWS=1024,COLS=512',
    status: 'changed',
    reason: 'the program, its launch or its data changed',
    file: 'kernels/softmax.wesl',
    line: 14,
    shipped: [
      {
        families: ['*'],
        configuration: { base: configuration, head: configuration },
        change: { differs: ['code', 'launch'], moved: moves, unknown: [] },
      },
    ],
    diff: '@@ -1,1 +1,1 @@\n-let a = b;\n+let a = exp(b);',
    ...changes,
  };
}

export function diffReport(kernels: readonly DiffKernel[]): Extract<Report, { readonly kind: 'diff' }> {
  const { schema, version, tool, createdAt, manifest, warnings } = common;
  const counts = countStatuses(kernels);
  return {
    ...{ schema, version, tool, createdAt, manifest, warnings },
    kind: 'diff',
    durationSeconds: 0.4,
    exitCode: 0,
    reason: `${counts.changed} of ${kernels.length} programs differ from base's.`,
    base: { label: 'main', commit: 'c'.repeat(40) },
    head: { label: 'a'.repeat(12), commit: 'a'.repeat(40) },
    counts,
    kernels: [...kernels],
  };
}
