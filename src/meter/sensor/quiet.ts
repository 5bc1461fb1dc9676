import { type EnergyReading, findTicks } from '../../measure/index.ts';
import type { MeterTime } from './time.ts';
import type { Sensor } from './types.ts';

const pollMs = 10;
/** A counter's power without a load is told over this long at least. */
const leastCounterMs = 50;

/** Power at this moment: as the sensor states it, else between two ticks of its counter; null if it cannot be read. */
export async function wattsNow(
  { counter, power }: Sensor,
  time: MeterTime,
  periodMs: number | null,
): Promise<number | null> {
  if (power?.instant === true) {
    const read = await power.read();
    return read.ok ? read.value : null;
  }
  if (counter === null) return null;
  const readings: EnergyReading[] = [];
  const endMs = time.nowMs() + 3 * (periodMs ?? 0) + leastCounterMs;
  while (time.nowMs() < endMs) {
    const timeMs = time.nowMs();
    const read = await counter.read();
    if (!read.ok) return null;
    readings.push({ timeMs, joules: read.value });
    const ticks = findTicks(readings);
    const [first, last] = [ticks[0], ticks.at(-1)];
    const enoughMs = Math.max(leastCounterMs, 0.5 * (periodMs ?? 0));
    if (first !== undefined && last !== undefined && last.timeMs - first.timeMs >= enoughMs) {
      return (1000 * (last.joules - first.joules)) / (last.timeMs - first.timeMs);
    }
    await time.sleep(pollMs);
  }
  return null;
}

/**
 * Waits until a sensor shows that nothing runs.
 * @param request.mostWatts what it shows then at most
 * @param request.graceMs how long the last load may still show
 * @returns the power it shows, too much of it if that does not happen; null if it cannot be read
 */
export async function waitForQuiet(request: {
  readonly sensor: Sensor;
  readonly time: MeterTime;
  readonly periodMs: number | null;
  readonly mostWatts: number;
  readonly graceMs: number;
}): Promise<number | null> {
  const { sensor, time, periodMs, mostWatts, graceMs } = request;
  const endMs = time.nowMs() + graceMs;
  for (;;) {
    const watts = await wattsNow(sensor, time, periodMs);
    if (watts === null || watts <= mostWatts || time.nowMs() >= endMs) return watts;
    await time.sleep(pollMs);
  }
}
