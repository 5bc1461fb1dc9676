import { type Device, type EnergyReading, findTicks } from '../../measure/index.ts';
import { burst } from './burst.ts';
import type { MeterTime } from './time.ts';
import type { Sensor } from './types.ts';

const quietMs = 600;
/** Long enough for a running average of a second to follow. */
const burstMs = 1600;
/** Clocks and averages rise in the first part of a burst. */
const risingMs = 600;
const pollMs = 10;
/** A load shows if power rises by this much, and three times as much as that of any other GPU. */
const leastWatts = 3;
const leastFactor = 3;

/** Which of several sensors sees a burst of load on the device; null if not exactly one does. */
export async function findLoaded<S extends Sensor>(
  sensors: readonly S[],
  device: Pick<Device, 'run'>,
  time: MeterTime,
): Promise<S | null> {
  const quiet = await meanWatts(sensors, time, { fromMs: 0, toMs: quietMs });
  const running = device.run(burst, burstMs);
  const [loaded, outcome] = await Promise.all([
    meanWatts(sensors, time, { fromMs: risingMs, toMs: burstMs }),
    running,
  ]);
  if (!outcome.ok) return null;
  const rises = sensors
    .map((sensor, i) => ({ sensor, watts: (loaded[i] ?? Number.NaN) - (quiet[i] ?? Number.NaN) }))
    .sort((a, b) => b.watts - a.watts);
  // A sensor that could not be read may be the right one.
  if (rises.some(({ watts }) => Number.isNaN(watts))) return null;
  const [first, second] = rises;
  if (first === undefined || first.watts < leastWatts) return null;
  return first.watts >= leastFactor * (second?.watts ?? 0) ? first.sensor : null;
}

/** Mean power of each sensor in a span from now on; null for one that cannot be read. */
async function meanWatts(
  sensors: readonly Sensor[],
  time: MeterTime,
  span: { readonly fromMs: number; readonly toMs: number },
): Promise<(number | null)[]> {
  const startMs = time.nowMs();
  const counters: EnergyReading[][] = sensors.map(() => []);
  const powers: number[][] = sensors.map(() => []);
  while (time.nowMs() - startMs < span.toMs) {
    if (time.nowMs() - startMs >= span.fromMs) {
      await Promise.all(
        sensors.map(async ({ counter, power }, i) => {
          const timeMs = time.nowMs();
          const [joules, watts] = await Promise.all([counter?.read(), power?.read()]);
          if (joules?.ok === true) counters[i]?.push({ timeMs, joules: joules.value });
          if (watts?.ok === true) powers[i]?.push(watts.value);
        }),
      );
    }
    await time.sleep(pollMs);
  }
  return sensors.map((_, i) => counterWatts(counters[i] ?? []) ?? lastPart(powers[i] ?? []));
}

/** Between ticks, so that one tick more or less does not count. */
function counterWatts(readings: readonly EnergyReading[]): number | null {
  const ticks = findTicks(readings);
  const [first, last] = [ticks[0], ticks.at(-1)];
  if (first === undefined || last === undefined || last.timeMs <= first.timeMs) return null;
  return (1000 * (last.joules - first.joules)) / (last.timeMs - first.timeMs);
}

/** Mean of the last quarter: a running average lags. */
function lastPart(watts: readonly number[]): number | null {
  const part = watts.slice(Math.floor(0.75 * watts.length));
  return part.length === 0 ? null : part.reduce((sum, value) => sum + value, 0) / part.length;
}
