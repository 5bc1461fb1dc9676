import {
  type EnergyReading,
  type Meter,
  measureEnergy,
  type Stretch,
  type WindowOptions,
} from '../../src/measure/index.ts';
import { createRandom, moments } from '../../src/stats/index.ts';
import { simulatedVariant } from '../../test/support/simulated-device.ts';
import { SimulatedGpu } from '../../test/support/simulated-gpu/gpu.ts';
import type { SensorParameters } from '../../test/support/simulated-gpu/parameters.ts';
import { percent, printTable } from './table.ts';

/** Sensors as facts about real boards have them, all with 1 % noise. */
const sensors: readonly (readonly [string, Partial<SensorParameters>])[] = [
  ['100 ms, sees 25 (A100, H100, H200)', { periodMs: 100, sampledMs: 25 }],
  ['100 ms, sees all (Ada, Turing)', { periodMs: 100, sampledMs: 100 }],
  ['20 ms, sees 10 (Volta, Pascal)', { periodMs: 20, sampledMs: 10 }],
];

/** sd of the joules of a launch over many windows: cut at ticks, and beside it where the clock says. */
export async function reportWindowSpread(count: number): Promise<void> {
  const rows: string[][] = [];
  for (const [name, sensor] of sensors) {
    for (const windowMs of [1000, 2000, 3000, 5000]) {
      const { aligned, unaligned } = await measureBoth(sensor, { preheatMs: 500, windowMs }, count);
      const theory = (sensor.periodMs as number) / (Math.sqrt(6) * windowMs);
      rows.push([name, `${windowMs / 1000} s`, percent(aligned), percent(unaligned), percent(theory)]);
    }
  }
  const head = ['sensor', 'window', 'cut at ticks', 'cut by the clock', 'period / (sqrt(6) window)'];
  printTable(`sd of the joules of a launch, ${count} windows each`, head, rows);
}

async function measureBoth(sensor: Partial<SensorParameters>, options: WindowOptions, count: number) {
  const gpu = new SimulatedGpu({
    cost: () => ({ latencyMs: 0.8, watts: 420 }),
    sensor,
    leakagePerCelsius: 0,
  });
  const device = await gpu.openDevice();
  let seen: { stretch: Stretch; readings: readonly EnergyReading[] } | null = null;
  const meter = listenTo(await gpu.openMeter(), (stretch, readings) => {
    seen = { stretch, readings };
  });
  const random = createRandom(1);
  const aligned: number[] = [];
  const unaligned: number[] = [];
  for (let i = 0; i < count; i++) {
    const outcome = await measureEnergy({
      device,
      meter,
      variant: simulatedVariant('kernel'),
      options,
      random,
    });
    if (outcome.status !== 'valid' || seen === null) continue;
    aligned.push(outcome.energy.joules);
    unaligned.push(
      cutByClock(
        seen,
        options,
        [random.next(), random.next()].map((part) => 0.9 * part * (sensor.periodMs as number)),
      ),
    );
  }
  return { aligned: relativeSd(aligned), unaligned: relativeSd(unaligned) };
}

/** The same meter; what its sessions end with is told. */
function listenTo(meter: Meter, tell: (stretch: Stretch, readings: readonly EnergyReading[]) => void): Meter {
  return {
    ...meter,
    async start(options) {
      const session = await meter.start(options);
      return {
        ...session,
        async stop(stretch) {
          const readings = await session.stop(stretch);
          tell(stretch, readings);
          return readings;
        },
      };
    },
  };
}

/** What a window gives whose two ends are moments of the clock, each somewhere in a period of the counter. */
function cutByClock(
  { stretch, readings }: { readonly stretch: Stretch; readonly readings: readonly EnergyReading[] },
  { preheatMs, windowMs }: WindowOptions,
  [delayMs = 0, longerMs = 0]: readonly number[],
): number {
  const { completions } = stretch;
  const fromMs = (completions[0]?.timeMs ?? 0) + preheatMs + delayMs;
  const toMs = fromMs + windowMs + longerMs;
  const joulesAt = (timeMs: number) => readings.findLast((reading) => reading.timeMs <= timeMs)?.joules ?? 0;
  const launchesAt = (timeMs: number) => {
    const after = completions.findIndex((completion) => completion.timeMs > timeMs);
    const [a, b] = [completions[after - 1], completions[after]];
    if (a === undefined || b === undefined) throw new RangeError('the stretch is too short');
    return a.launches + ((b.launches - a.launches) * (timeMs - a.timeMs)) / (b.timeMs - a.timeMs);
  };
  return (joulesAt(toMs) - joulesAt(fromMs)) / (launchesAt(toMs) - launchesAt(fromMs));
}

export function relativeSd(values: readonly number[]): number {
  const { mean, standardDeviation } = moments(values);
  return standardDeviation / mean;
}
