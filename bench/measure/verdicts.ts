import { compareOn } from '../../test/measure/comparison.ts';
import { SimulatedGpu } from '../../test/support/simulated-gpu/gpu.ts';
import type { GpuSettings } from '../../test/support/simulated-gpu/parameters.ts';
import { printTable } from './table.ts';

type Machine = Omit<GpuSettings, 'cost' | 'seed'>;

const own = { latencySd: 0.005, wattsSd: 0.005 };
const offset = (process: number) => {
  const factor = process % 2 === 1 ? 1.08 : 1;
  return { latency: factor, watts: factor };
};

const machines: readonly (readonly [string, Machine])[] = [
  ['processes differ by 0.5 %', { processes: own }],
  ['and it drifts by 2 % in two minutes', { processes: own, drift: { part: 0.02, periodMs: 120_000 } }],
  ['every other process 8 % more', { processes: { ...own, offset } }],
  ['half of the processes 8 % slower', { processes: { ...own, slowPart: 0.5, slowBy: 0.08 } }],
  ['power limit in the way', { processes: own, powerLimitWatts: 350 }],
];

/** Verdicts of whole comparisons: heads that cost the same, and some that cost more. */
export async function reportVerdicts(seeds: number): Promise<void> {
  const rows: string[][] = [];
  for (const [name, machine] of machines) {
    for (const change of [0, 0.05, 0.1]) {
      const counts = new Map<string, number>();
      let blocks = 0;
      for (let seed = 1; seed <= seeds; seed++) {
        const gpu = new SimulatedGpu({
          ...machine,
          seed,
          cost: ({ id }) => ({ latencyMs: 0.8 * (id === 'kernel H' ? 1 + change : 1), watts: 420 }),
        });
        const kernels = [{ kernel: 'kernel' }, { kernel: 'copy', sentinel: true }];
        const { judgements, samples } = await compareOn(gpu, kernels);
        const verdict = judgements[0]?.verdict ?? 'none';
        counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
        blocks += samples.filter(({ kernel, arm }) => kernel === 'kernel' && arm === 'B').length;
      }
      const shown = [...counts].sort((a, b) => b[1] - a[1]).map(([verdict, count]) => `${count} ${verdict}`);
      rows.push([
        name,
        change === 0 ? 'none' : `+${100 * change} %`,
        shown.join(', '),
        (blocks / seeds).toFixed(1),
      ]);
    }
  }
  const head = ['machine', 'change of latency', `verdicts of ${seeds}`, 'blocks'];
  printTable('Whole comparisons at margins of 3 % energy and 5 % latency', head, rows);
}
