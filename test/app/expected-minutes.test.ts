import { expect, test } from 'vitest';
import { expectMinutes, whatHalves } from '../../src/app/project/index.ts';
import type { KernelDefinition, Workload } from '../../src/manifest/index.ts';
import type { GuardReport } from '../../src/report/index.ts';
import { gate } from '../judge/support.ts';
import { guardKernel, guardReport } from '../report/samples.ts';

type Samples = NonNullable<GuardReport['samples']>;

/** Three blocks of 12 s, whose energies scatter by `sd`. */
function blocks(kernel: string, sd: number, seconds = 12): Samples {
  return [-sd, 0, sd].flatMap((d, block) =>
    (['B', 'H'] as const).map((arm) => ({
      ...{ kernel, workload: 'N=1', arm, block, phase: 'flag' as const, voidReasons: [] },
      ...{ latencyMs: 1, latencyResolution: 0, energyResolution: 0 },
      joules: arm === 'H' ? Math.exp(d) : 1,
      turns: { count: 2, processes: 2, seconds: seconds / 2, latencySd: 0.001, energySd: 0.001 },
    })),
  );
}

// As much of them as a prediction reads.
const kernel = (name: string) => ({ name, gate }) as unknown as KernelDefinition;
const workload = { name: 'N=1' } as Workload;
const reportOf = (samples: Samples) => guardReport([guardKernel()], { samples });

test('a guard is expected to take the blocks that the noise of a kernel asks for, at what they took', () => {
  const minutes = expectMinutes(reportOf([...blocks('noisy', 0.01), ...blocks('calm', 0.001, 6)]));
  // Three blocks unchanged, seven to confirm +6 % at a margin of 3 %.
  expect(minutes?.(kernel('noisy'), workload)).toEqual({
    unchanged: expect.closeTo(0.6, 9),
    regressed: expect.closeTo(1.4, 9),
  });
  expect(minutes?.(kernel('calm'), workload)).toEqual({
    unchanged: expect.closeTo(0.3, 9),
    regressed: expect.closeTo(0.6, 9),
  });
  // A kernel that was not measured is like the median of the others: 9 s a block, .55 % scatter.
  expect(minutes?.(kernel('new'), workload)).toEqual({
    unchanged: expect.closeTo(0.45, 9),
    regressed: expect.closeTo(0.9, 9),
  });
  expect(expectMinutes(reportOf([]))).toBeNull();
});

test('what would halve it is said, and that nothing would but cheaper blocks', () => {
  const minutes = expectMinutes(reportOf(blocks('noisy', 0.025)));
  const unchangedAt = (factor: number) => minutes?.(kernel('noisy'), workload, factor).unchanged ?? 0;
  expect(whatHalves(unchangedAt, 2)).toBe(
    'two jobs (shard: 1/2 and 2/2), or margins 3 times as wide would halve it',
  );
  expect(whatHalves(() => 1, 1)).toBe('only blocks that cost half would halve it');
});
