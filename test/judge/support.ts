import type { Subject } from '../../src/judge/index.ts';
import type { Gate } from '../../src/manifest/index.ts';
import type { Arm, BlockSample } from '../../src/measure/index.ts';
import type { Random } from '../../src/stats/index.ts';

export const gate: Gate = {
  energy: { margin: 0.03, allowEstimated: false },
  latency: { margin: 0.05 },
  failOn: ['regressed', 'missing-baseline'],
};

export function subjectOf(kernel: string, rest: Partial<Subject> = {}): Subject {
  return {
    kernel,
    workload: 'N=1',
    gate,
    sentinel: false,
    arms: ['B', 'H'],
    energyEstimated: false,
    ...rest,
  };
}

export function sampleOf(
  rest: Partial<BlockSample> & Pick<BlockSample, 'kernel' | 'arm' | 'block'>,
): BlockSample {
  return {
    workload: 'N=1',
    phase: 'flag',
    latencyMs: null,
    joules: null,
    latencyResolution: 0,
    energyResolution: 0,
    voidReasons: [],
    ...rest,
  };
}

/** How a kernel really behaves. Changes are relative to base: 0.1 costs a tenth more. */
export interface Truth {
  readonly energy?: number;
  readonly latency?: number;
  /** Where the change comes from, for arm X: the part of ln(1 + change) that the code makes. */
  readonly codeShare?: number;
  /** sd of d = ln H - ln B from block to block. */
  readonly sd?: number;
}

/** Blocks of one kernel drawn from its truth. */
export function drawBlocks(request: {
  readonly kernel: string;
  readonly phase: 'flag' | 'confirm';
  readonly blocks: number;
  readonly truth: Truth;
  readonly random: Random;
  readonly arms?: readonly Arm[];
  readonly firstBlock?: number;
}): BlockSample[] {
  const { kernel, phase, truth, random, arms = ['B', 'H'], firstBlock = 0 } = request;
  // Both arms of a pair share the noise of the difference equally.
  const sd = (truth.sd ?? 0.01) / Math.SQRT2;
  const share: Readonly<Record<Arm, number>> = { B: 0, H: 1, R: 0, X: truth.codeShare ?? 1 };
  return Array.from({ length: request.blocks }, (_, i) =>
    arms.map((arm) =>
      sampleOf({
        kernel,
        phase,
        arm,
        block: firstBlock + i,
        joules: 0.5 * Math.exp(share[arm] * Math.log1p(truth.energy ?? 0) + sd * random.normal()),
        latencyMs: 2 * Math.exp(share[arm] * Math.log1p(truth.latency ?? 0) + sd * random.normal()),
      }),
    ),
  ).flat();
}

/** Blocks with exactly these ratios H/B, one per block; the base costs 1 ms and 1 J. */
export function exactBlocks(
  kernel: string,
  ratios: readonly number[],
  rest: Partial<BlockSample> = {},
): BlockSample[] {
  return ratios.flatMap((ratio, block) => [
    sampleOf({ kernel, arm: 'B', block, latencyMs: 1, joules: 1, ...rest }),
    sampleOf({ kernel, arm: 'H', block, latencyMs: ratio, joules: ratio, ...rest }),
  ]);
}

/** Ratios that alternate around a mean: the sd of their logarithms is `sd` times sqrt(n / (n - 1)) for even n. */
export function around(ratio: number, sd: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => ratio * Math.exp(i % 2 === 0 ? sd : -sd));
}
