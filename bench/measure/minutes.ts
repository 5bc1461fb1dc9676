import { type MeasureOptions, measureOptions } from '../../src/measure/index.ts';
import { compareOn } from '../../test/measure/comparison.ts';
import { SimulatedGpu } from '../../test/support/simulated-gpu/gpu.ts';
import { simulatedInfo } from '../../test/support/simulated-gpu/process.ts';
import { printTable } from './table.ts';

const margins = { energy: 0.02, latency: 0.02 };

/** A judge's options for the GPU's own sensor, as a guard has them. */
async function judging(gpu: SimulatedGpu): Promise<MeasureOptions> {
  const meter = await gpu.openMeter();
  return measureOptions({ device: simulatedInfo, meter: meter.info, purpose: 'judge' });
}

/** Virtual seconds until there is a verdict, the meter's opening included, with the options of a guard. */
export async function reportMinutes(seeds: number): Promise<void> {
  const rows: string[][] = [];
  for (const sentinel of [false, true]) {
    for (const change of [0, 0.03, 0.06]) {
      let seconds = 0;
      let blocks = 0;
      const verdicts = new Map<string, number>();
      const designs = new Map<string, number>();
      for (let seed = 1; seed <= seeds; seed++) {
        const gpu = new SimulatedGpu({
          seed,
          processes: { latencySd: 0.005, wattsSd: 0.005 },
          cost: ({ id }) => ({ latencyMs: 0.8 * (id === 'kernel H' ? 1 + change : 1), watts: 420 }),
        });
        const startMs = gpu.clock.nowMs();
        const options = await judging(gpu);
        const kernels = [{ kernel: 'kernel' }, ...(sentinel ? [{ kernel: 'copy', sentinel }] : [])];
        const { judgements, samples } = await compareOn(gpu, kernels, options, margins);
        seconds += (gpu.clock.nowMs() - startMs) / 1000 / seeds;
        const verdict = judgements[0]?.verdict ?? 'none';
        verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
        const own = samples.filter(({ kernel, arm }) => kernel === 'kernel' && arm === 'B');
        blocks += own.length / seeds;
        const last = own.at(-1);
        const windowSeconds = (last?.window?.seconds ?? 0) / (last?.turns?.count ?? 1);
        const design = `${last?.turns?.processes} x ${windowSeconds.toFixed(0)} s`;
        designs.set(design, (designs.get(design) ?? 0) + 1);
      }
      const shown = (counts: ReadonlyMap<string, number>) =>
        [...counts].sort((a, b) => b[1] - a[1]).map(([what, count]) => `${count} ${what}`);
      rows.push([
        sentinel ? 'beside a sentinel' : 'alone',
        change === 0 ? 'none' : `+${100 * change} %`,
        shown(verdicts).join(', '),
        blocks.toFixed(1),
        seconds.toFixed(0),
        shown(designs).join(', '),
      ]);
    }
  }
  printTable(
    'Time to a verdict at margins of 2 %, processes differ by 0.5 %',
    [
      'kernel',
      'change of latency',
      `verdicts of ${seeds}`,
      'blocks',
      'virtual seconds',
      'processes of an arm x window at the end',
    ],
    rows,
  );
}
