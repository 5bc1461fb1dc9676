import { measureEnergy, measureOptions } from '../../src/measure/index.ts';
import { createRandom, mean } from '../../src/stats/index.ts';
import { simulatedVariant } from '../../test/support/simulated-device.ts';
import { SimulatedGpu } from '../../test/support/simulated-gpu/gpu.ts';
import { percent, printTable } from './table.ts';
import { relativeSd } from './windows.ts';

/** How long a judge and a search measure on sensors of more or less noise, and how precise that turns out. */
export async function reportAdaptiveLengths(count: number): Promise<void> {
  const rows: string[][] = [];
  for (const purpose of ['search', 'judge'] as const) {
    for (const noise of [0.01, 0.02, 0.05, 0.1]) {
      const gpu = new SimulatedGpu({
        cost: () => ({ latencyMs: 0.8, watts: 420 }),
        sensor: { noise },
        leakagePerCelsius: 0,
      });
      const [meter, device] = [await gpu.openMeter(), await gpu.openDevice()];
      const { window: options } = measureOptions({ device: device.info, meter: meter.info, purpose });
      const random = createRandom(1);
      const joules: number[] = [];
      const seconds: number[] = [];
      const said: number[] = [];
      for (let i = 0; i < count; i++) {
        const variant = simulatedVariant('kernel');
        const outcome = await measureEnergy({ device, meter, variant, options, random });
        if (outcome.status !== 'valid') continue;
        joules.push(outcome.energy.joules);
        seconds.push(outcome.energy.seconds);
        said.push(outcome.energy.relativeError ?? Number.NaN);
      }
      rows.push([
        purpose,
        percent(noise),
        percent(options.precision ?? Number.NaN),
        `${mean(seconds).toFixed(1)} s`,
        percent(mean(said)),
        percent(relativeSd(joules)),
      ]);
    }
  }
  const head = ['for', 'noise of an update', 'wanted', 'measured on the mean', 'error it says', 'sd'];
  printTable(`Length by precision, ${count} measurements each`, head, rows);
}
