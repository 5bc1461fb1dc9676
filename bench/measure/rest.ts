import type { PowerReading } from '../../src/measure/index.ts';
import { type MeterTime, openSensor, type Sensor, systemTime } from '../../src/meter/index.ts';
import { createRandom, type Random } from '../../src/stats/index.ts';
import { simulatedInfo } from '../../test/support/simulated-gpu/process.ts';
import { VirtualTime } from '../../test/support/simulated-gpu/virtual-time.ts';
import { printTable } from './table.ts';
import type { RecordedSensor } from './trace.ts';

/** Recordings end at rest. */
const restMs = 3000;
/** A busy host wakes us so much late on the mean, and now and then later. */
const usuallyLateMs = 2;
const stalls = { part: 0.05, ms: 30 };
/** In real time one try in so many is made, so many side by side, while the process is held up for so long at a time. */
const realPart = 1 / 5;
const sideBySide = 10;
const heldMs = 30;
const freeMs = 20;

/**
 * How often one of two boards that do nothing is taken for the device, on whose loads neither is: each says what a real board
 * said at rest, from moments of their own on.
 */
export async function reportBoardsAtRest(sensors: readonly RecordedSensor[], count: number): Promise<void> {
  const courses = sensors.map(({ powers }) => {
    const fromMs = (powers.at(-1)?.timeMs ?? 0) - restMs;
    return powers.filter(({ timeMs }) => timeMs >= fromMs);
  });
  if (courses.length === 0) return;
  const random = createRandom(1);
  const tryOne = (i: number, time: MeterTime, wait: Wait) =>
    isPicked({ course: courses[i % courses.length] ?? [], time, wait, random });
  const rows: string[][] = [];
  for (const host of ['quiet', 'busy'] as const) {
    let picked = 0;
    for (let i = 0; i < count; i++) {
      const time = new VirtualTime(10_000);
      const wait: Wait = (milliseconds) => time.playTo(time.nowMs() + milliseconds);
      if (await tryOne(i, host === 'busy' ? lateTime(time, random) : time, wait)) picked++;
    }
    rows.push([`${host}, in virtual time`, `${count}`, `${picked}`]);
  }
  const realCount = Math.ceil(count * realPart);
  const holding = setInterval(() => {
    for (const endMs = systemTime.nowMs() + heldMs; systemTime.nowMs() < endMs; );
  }, heldMs + freeMs);
  let picked = 0;
  for (let i = 0; i < realCount; i += sideBySide) {
    const indices = Array.from({ length: Math.min(sideBySide, realCount - i) }, (_, k) => i + k);
    const outcomes = await Promise.all(indices.map((index) => tryOne(index, systemTime, systemTime.sleep)));
    picked += outcomes.filter((one) => one).length;
  }
  clearInterval(holding);
  rows.push([`held up for ${heldMs} ms at a time, in real time`, `${realCount}`, `${picked}`]);
  printTable(
    'Two boards at rest, loads on a third: recorded noise of real boards',
    ['host', 'tries', 'picked one'],
    rows,
  );
}

/** Lets the time of a load go by. */
type Wait = (milliseconds: number) => Promise<void>;

/** Whether one of two sensors that say the same course, each at its own moments, is taken for the device's. */
async function isPicked(request: {
  readonly course: readonly PowerReading[];
  readonly time: MeterTime;
  readonly wait: Wait;
  readonly random: Random;
}): Promise<boolean> {
  const { course, time, wait, random } = request;
  const run = async (variant: never, durationMs: number) => {
    await wait(durationMs);
    return { ok: true as const, value: { variant, completions: [] } };
  };
  const candidates = ['0', '1'].map((handle) => ({
    ...{ sensor: boardAtRest(course, time, random.next()), name: null, handles: [handle], refusal: null },
  }));
  try {
    const opened = await openSensor('nvml', candidates, {
      device: { info: simulatedInfo, run: run as never },
      time,
    });
    return opened.ok;
  } catch (error) {
    if ((error as { code?: string }).code === 'ambiguous-sensor') return false;
    throw error;
  }
}

/** A sensor that says a course there and back again, for ever. */
function boardAtRest(course: readonly PowerReading[], time: MeterTime, phase: number): Sensor {
  const startMs = course[0]?.timeMs ?? 0;
  const lengthMs = (course.at(-1)?.timeMs ?? 0) - startMs;
  return {
    ...{ label: 'Board', details: '', scope: 'board', key: 'board', unitJoules: 1e-3 },
    ...{ counter: null, state: null, processes: null },
    power: {
      ...{ label: 'power', instant: true, fine: true },
      read: async () => {
        const place = (time.nowMs() + 2 * phase * lengthMs) % (2 * lengthMs);
        const atMs = startMs + Math.min(place, 2 * lengthMs - place);
        return { ok: true, value: course.findLast(({ timeMs }) => timeMs <= atMs)?.watts ?? 0 };
      },
    },
    close: async () => undefined,
  };
}

/** A clock whose sleepers wake late. */
function lateTime(time: MeterTime, random: Random): MeterTime {
  return {
    nowMs: time.nowMs,
    sleep: (milliseconds) => {
      const stallMs = random.next() < stalls.part ? stalls.ms : 0;
      return time.sleep(milliseconds + stallMs - usuallyLateMs * Math.log(1 - random.next()));
    },
  };
}
