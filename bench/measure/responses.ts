import { measureOptions } from '../../src/measure/index.ts';
import { compareOn } from '../../test/measure/comparison.ts';
import { SimulatedGpu } from '../../test/support/simulated-gpu/gpu.ts';
import { printTable } from './table.ts';

/** Verdicts about +5 % of energy at a margin of 3 %, by the delay and the time constant of the sensor. */
export async function reportResponses(seeds: number): Promise<void> {
  const rows: string[][] = [];
  for (const lagMs of [0, 500, 1000, 2000]) {
    for (const tauMs of [0, 300, 1000, 2000]) {
      const counts = new Map<string, number>();
      for (let seed = 1; seed <= seeds; seed++) {
        const verdict = await verdictOn(seed, lagMs, tauMs);
        counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
      }
      const shown = [...counts].sort((a, b) => b[1] - a[1]).map(([verdict, count]) => `${count} ${verdict}`);
      rows.push([`${lagMs} ms`, `${tauMs} ms`, shown.join(', ')]);
    }
  }
  printTable(
    `+5 % of energy at a margin of 3 %, processes differ by 0.5 %: verdicts of ${seeds}`,
    ['delay', 'time constant', 'verdicts'],
    rows,
  );
}

async function verdictOn(seed: number, lagMs: number, tauMs: number): Promise<string> {
  const gpu = new SimulatedGpu({
    ...{ seed, processes: { latencySd: 0.005, wattsSd: 0.005 } },
    sensor: { kind: 'power', periodMs: 100, sampledMs: 100, noise: 0.003, lagMs, tauMs },
    cost: ({ id }) => ({ latencyMs: 0.8, watts: 420 * (id === 'kernel H' ? 1.05 : 1) }),
  });
  try {
    const meter = await gpu.openMeter();
    const { info } = await gpu.openDevice();
    const options = measureOptions({ device: info, meter: meter.info, purpose: 'judge' });
    const kernels = [{ kernel: 'kernel' }, { kernel: 'copy', sentinel: true }];
    const { judgements } = await compareOn(gpu, kernels, options);
    return judgements[0]?.verdict ?? 'none';
  } catch (error) {
    return (error as Error).message.includes('follow a load only after') ? 'refused' : 'failed';
  }
}
