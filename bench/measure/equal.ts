import { runBlocks } from '../../src/measure/index.ts';
import { estimateMean, meanInterval } from '../../src/stats/index.ts';
import { quickOptions } from '../../test/measure/comparison.ts';
import { simulatedVariant } from '../../test/support/simulated-device.ts';
import { SimulatedGpu } from '../../test/support/simulated-gpu/gpu.ts';
import type { GpuSettings } from '../../test/support/simulated-gpu/parameters.ts';
import { percent, printTable } from './table.ts';

const machines: readonly (readonly [string, Omit<GpuSettings, 'cost' | 'seed'>])[] = [
  ['quiet', {}],
  [
    'heats for a minute, 0.3 % a degree, and drifts by 2 %',
    { leakagePerCelsius: 0.003, thermalTimeMs: 60_000, drift: { part: 0.02, periodMs: 120_000 } },
  ],
  ['heats for three minutes, 0.3 % a degree', { leakagePerCelsius: 0.003, thermalTimeMs: 180_000 }],
  ['processes differ by 0.5 %', { processes: { latencySd: 0.005, wattsSd: 0.005 } }],
];

/** What comparisons of equal kernels say: their mean, and how often a 95 % interval of some blocks holds 0. */
export async function reportEqualKernels(count: number): Promise<void> {
  const rows: string[][] = [];
  for (const [name, machine] of machines) {
    for (const blocks of [3, 9]) {
      const means: number[] = [];
      let covered = 0;
      for (let seed = 1; seed <= count; seed++) {
        const estimate = estimateMean(await differences({ ...machine, seed }, blocks));
        const [low, high] = meanInterval(estimate, 0.95);
        means.push(estimate.mean);
        if (low <= 0 && high >= 0) covered++;
      }
      const { mean, standardError } = estimateMean(means);
      const spread = `${(mean / standardError).toFixed(1)} standard errors`;
      rows.push([name, `${blocks}`, `${(100 * mean).toFixed(3)} %, ${spread}`, percent(covered / count)]);
    }
  }
  const head = ['machine', 'blocks', 'mean difference', '95 % intervals that hold 0'];
  printTable(`Energy of equal kernels, ${count} comparisons each`, head, rows);
}

/** ln(H / B) of the joules of a launch, block by block. */
async function differences(machine: Omit<GpuSettings, 'cost'>, blocks: number): Promise<number[]> {
  const gpu = new SimulatedGpu({ ...machine, cost: () => ({ latencyMs: 0.8, watts: 420 }) });
  const variants = { B: simulatedVariant('kernel B'), H: simulatedVariant('kernel H') };
  const samples = await runBlocks({
    ...{ phase: 'flag', firstBlock: 1, blocks, subjects: [{ kernel: 'kernel', workload: 'N=1', variants }] },
    ...{ openDevice: gpu.openDevice, openMeter: gpu.openMeter, options: quickOptions, clock: gpu.clock },
    seed: machine.seed ?? 1,
  });
  return Array.from({ length: blocks }, (_, i) => {
    const of = (arm: string) => samples.find((one) => one.block === i + 1 && one.arm === arm)?.joules ?? null;
    const [b, h] = [of('B'), of('H')];
    return b === null || h === null ? null : Math.log(h / b);
  }).filter((d) => d !== null);
}
