import type { ReportGuard } from '../../src/schema/index.ts';
import { guardKernel, guardReport } from '../report/samples.ts';
import { deviceOf } from './shard-reports.ts';

type Kernel = ReportGuard['kernels'][number];
type Sample = NonNullable<ReportGuard['samples']>[number];

export interface LargeFleet {
  readonly kernels: number;
  readonly shards: number;
  /** Of ten kernels, how many cost 50 % more. */
  readonly regressedOfTen: number;
  readonly family?: string;
}

/** What a window of a real board says of itself; no two alike, so that files are as large as they would be. */
function windowAt(seed: number): NonNullable<Sample['window']> {
  const digits = (scale: number) => scale * (1 + 0.01 * Math.sin(seed * scale));
  return {
    seconds: digits(2),
    launches: digits(1234.5),
    watts: digits(412.3),
    netJoules: digits(0.12),
    relativeError: digits(0.0012),
    disagreement: -digits(0.0013),
    busyShare: digits(0.98),
    conditions: { smMhz: 1755, memoryMhz: 2619, celsius: 61, powerCappedPart: digits(0.0123) },
  };
}

/** Energy and latency of six flagging and nine confirming blocks, with windows as a board with a counter has them. */
function samplesOf({ kernel, workload, line }: Kernel, ratio: number): Sample[] {
  return Array.from({ length: 15 }, (_, block) => block).flatMap((block) =>
    (['B', 'H'] as const).map((arm, i): Sample => {
      const cost = (arm === 'H' ? ratio : 1) * (1 + 0.003 * Math.sin(7 * block + i));
      return {
        kernel,
        workload,
        arm,
        block,
        device: 'NVIDIA H200, driver 570.86.15',
        phase: block < 6 ? 'flag' : 'confirm',
        latencyMs: 1.234567 * cost,
        joules: 0.345678 * cost,
        latencyResolution: 0.000001,
        energyResolution: 0.0001,
        voidReasons: [],
        window: windowAt(100 * (line ?? 0) + 2 * block + i),
      };
    }),
  );
}

function kernelAt(index: number, ratio: number): Kernel {
  const name = `block-${String(index).padStart(3, '0')}_attention*projection<f16>`;
  const line = `-  let value = inputs[${index} + id.x] * weights[id.y];\n+  let value = inputs[id.x] * weights[id.y];\n`;
  return guardKernel({
    kernel: name,
    workload: `m=${64 * (index + 1)},n=4096,k=11008,type=f16,batch=[1|2],layout=row_major`,
    file: `packages/kernels/src/transformer/${name}.wesl`,
    line: 10 + index,
    estimated: false,
    failOn: ['regressed', 'missing-baseline'],
    attribution: ratio > 1 ? 'code' : null,
    kWhPerMonth: 1.5,
    blocks: 15,
    diff: line.repeat(20),
  });
}

/** Reports of the shards of a large run on one board, complete with raw samples. */
export function largeFleet(options: LargeFleet): readonly ReportGuard[] {
  const { kernels, shards, regressedOfTen, family = 'nvidia-hopper' } = options;
  const all = Array.from({ length: kernels }, (_, i) => {
    const ratio = i % 10 < regressedOfTen ? 1.5 : 1;
    const kernel = kernelAt(i, ratio);
    return { kernel, samples: samplesOf(kernel, ratio) };
  });
  return Array.from({ length: shards }, (_, shard) => {
    const own = all.filter((_, i) => i % shards === shard);
    return guardReport(
      own.map(({ kernel }) => kernel),
      {
        device: deviceOf(family),
        base: { label: 'main', commit: 'b'.repeat(40) },
        head: { label: 'merge', commit: 'c'.repeat(40) },
        samples: own.flatMap(({ samples }) => samples),
        warnings: [`Shard ${shard + 1} fell back to its second clock.`],
      },
    );
  });
}
