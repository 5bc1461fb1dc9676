import { type EnergyReading, findTicks, type PowerReading } from '../../measure/index.ts';
import { mean, median } from '../../stats/index.ts';
import type { MeterTime } from './time.ts';
import type { Sensor } from './types.ts';

/** What a sensor was measured to be when it was opened. */
export interface SensorTraits {
  /** `counter`: joules are read. `power`: watts are read and added up. */
  readonly source: 'counter' | 'power';
  readonly updatePeriodMs: number | null;
  readonly resolutionJoules: number | null;
  /** Mean power while the device was open and had nothing to do; null if it was not steady. */
  readonly idleWatts: number | null;
  /** Why the counter is not used although there is one; null if it is used or there is none. */
  readonly counterFault: string | null;
}

/** Ticks that make a period and an idle power: twelve intervals. */
const wantedTicks = 13;
const leastTicks = 4;
const pollMs = 2;
/** A tick is seen one poll late, which over this time is little of an idle power. */
const leastMs = 600;
/** On a busy machine polls come late; a tick that may be older than this says little about power. */
const punctualMs = 20;
const maxMs = 2000;
/** A counter that has not moved by now does not count. */
const stillMs = 1000;
/** Idle power whose quarters differ by more than this from its mean still moves: what comes of it would be another figure. */
const steadyPart = 0.04;
/** Polls that are further apart than this part of a period blur every gap between two changes. */
const coarsePart = 0.2;

/**
 * The update period in a series of moments at which a sensor said something new: the median gap; where polls were so far apart
 * that gaps come in whole polls, the mean of the gaps that are about as long.
 * @param pollMs time between two polls
 * @returns null for fewer than four gaps
 */
export function periodOf(changesMs: readonly number[], pollMs = 0): number | null {
  const gaps = changesMs.slice(1).map((changeMs, i) => changeMs - (changesMs[i] as number));
  if (gaps.length < leastTicks) return null;
  const middle = median(gaps);
  return pollMs > coarsePart * middle
    ? mean(gaps.filter((gap) => gap > 0.4 * middle && gap < 1.6 * middle))
    : middle;
}

/** Watches a sensor for at most 3 s; `why` is a clause that says what keeps it from being used. */
export async function measureTraits(
  sensor: Sensor,
  time: MeterTime,
): Promise<{ ok: true; traits: SensorTraits } | { ok: false; why: string }> {
  const counted =
    sensor.counter === null
      ? { ok: false as const, why: 'it has no energy counter' }
      : await watchCounter(sensor, time);
  if (counted.ok) return counted;
  const powered = await measurePowerTraits(sensor, time);
  if (!powered.ok) return { ok: false, why: `${counted.why}, and ${powered.why}` };
  const { traits } = powered;
  return { ok: true, traits: { ...traits, counterFault: sensor.counter === null ? null : counted.why } };
}

type Watched = { ok: true; traits: SensorTraits } | { ok: false; why: string };

async function watchCounter({ counter, unitJoules }: Sensor, time: MeterTime): Promise<Watched> {
  const readings: EnergyReading[] = [];
  const startMs = time.nowMs();
  let ticks = 0;
  while (ticks < wantedTicks || time.nowMs() - startMs < leastMs) {
    const timeMs = time.nowMs();
    const read = await (counter as NonNullable<Sensor['counter']>).read();
    if (!read.ok) return { ok: false, why: `its energy counter cannot be read: ${read.why}` };
    // Boards without a counter read 0 for ever; that is no energy of 0 J.
    if (read.value === 0) return { ok: false, why: 'its energy counter reads 0' };
    const before = readings.at(-1);
    if (before !== undefined && read.value < before.joules) {
      return { ok: false, why: 'its energy counter goes back' };
    }
    if (before !== undefined && read.value !== before.joules) ticks++;
    readings.push({ timeMs, joules: read.value });
    const elapsedMs = timeMs - startMs;
    if (elapsedMs > maxMs || (ticks === 0 && elapsedMs > stillMs)) break;
    await time.sleep(pollMs);
  }
  if (ticks < leastTicks) {
    return {
      ok: false,
      why: ticks === 0 ? 'its energy counter stands still' : 'its energy counter hardly moves',
    };
  }
  const seen = findTicks(readings);
  // The total as well: steps of a quiet board may be alike, and then say nothing about what they are made of.
  const counts = seen.map(({ joules }) => Math.round(joules / unitJoules));
  return {
    ok: true,
    traits: {
      source: 'counter',
      updatePeriodMs: periodOf(seen.map(({ timeMs }) => timeMs)),
      resolutionJoules: unitJoules * counts.reduce(commonDivisor, 0),
      idleWatts: steadyMean(seen.filter(({ lateByMs }) => lateByMs <= punctualMs)),
      counterFault: null,
    },
  };
}

/** Mean watts between the first and the last tick; null if one interval stands out. */
function steadyMean(ticks: readonly EnergyReading[]): number | null {
  const first = ticks[0];
  const last = ticks.at(-1);
  if (first === undefined || last === undefined || last.timeMs <= first.timeMs) return null;
  const all = (1000 * (last.joules - first.joules)) / (last.timeMs - first.timeMs);
  // A tick is seen up to one poll late, which is much of a short period: steadiness is judged over quarters.
  const quarter = Math.max(1, Math.floor((ticks.length - 1) / 4));
  for (let i = 0; i + quarter < ticks.length; i += quarter) {
    const [from, to] = [ticks[i] as EnergyReading, ticks[i + quarter] as EnergyReading];
    const watts = (1000 * (to.joules - from.joules)) / (to.timeMs - from.timeMs);
    if (Math.abs(watts - all) > steadyPart * all) return null;
  }
  return all;
}

/** Watches a sensor's power for at most a second, whether it has a counter or not. */
export async function measurePowerTraits({ power }: Sensor, time: MeterTime): Promise<Watched> {
  if (power === null) return { ok: false, why: 'it has no power reading' };
  if (!power.instant)
    return { ok: false, why: `its ${power.label} is an average over so long that windows blur` };
  const readings: PowerReading[] = [];
  const changesMs: number[] = [];
  const startMs = time.nowMs();
  while (changesMs.length < wantedTicks && time.nowMs() - startMs <= stillMs) {
    const timeMs = time.nowMs();
    const read = await power.read();
    if (!read.ok) return { ok: false, why: `its ${power.label} cannot be read: ${read.why}` };
    const before = readings.at(-1);
    if (before !== undefined && read.value !== before.watts) changesMs.push(timeMs);
    readings.push({ timeMs, watts: read.value });
    await time.sleep(pollMs);
  }
  const watts = readings.map((reading) => reading.watts);
  const middle = median(watts);
  if (!(middle > 0)) return { ok: false, why: `its ${power.label} reads ${middle} W` };
  const quarter = Math.max(1, Math.floor(watts.length / 4));
  const quarters = [0, 1, 2, 3].map((i) => mean(watts.slice(i * quarter, (i + 1) * quarter)));
  const steady = quarters.every((value) => Math.abs(value - middle) <= steadyPart * middle);
  return {
    ok: true,
    traits: {
      source: 'power',
      updatePeriodMs: periodOf(changesMs),
      resolutionJoules: null,
      idleWatts: steady ? mean(watts) : null,
      counterFault: null,
    },
  };
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
