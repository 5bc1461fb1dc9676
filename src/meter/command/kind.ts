import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { type MeterKind, missing, unsuitable } from '../kind.ts';
import { openSensor } from '../sensor/open.ts';
import type { MeterTime } from '../sensor/time.ts';
import type { Probed, Sensor } from '../sensor/types.ts';
import { parseLine } from './parse.ts';
import { MeterProgram } from './program.ts';

/** A program must have printed its first reading by now, and another one after each such time. */
const silentMs = 5000;
const pollMs = 10;
/** What programs print has at least this resolution; the measured one may be coarser. */
const unitJoules = 1e-6;

/** `command`: whatever a program of the user's prints, one reading a line. */
export const command: MeterKind<'command'> = {
  name: 'command',
  summary: 'any GPU: what a program of yours prints, see --meter-command',
  isOffered: (context) => context.command !== undefined,
  async open(context) {
    const [program, ...rest] = context.command ?? [];
    if (program === undefined) return unsuitable('no command was given');
    if (context.device.info.backend === 'replay')
      return unsuitable('a recording brings its own energy figures');
    const running = new MeterProgram({
      program,
      programArguments: rest,
      environment: context.commandEnvironment,
      time: context.time,
      parse: parseLine,
    });
    const label = basename(program);
    const first = await firstReading(running, context.time);
    if (!first.ok) {
      await running.close();
      return missing(`${label}: ${first.why}`);
    }
    const key = `command-${createHash('sha256')
      .update([program, ...rest].join('\0'))
      .digest('hex')
      .slice(0, 16)}`;
    const sensor = createSensor({ program: running, quantity: first.value, label, key, time: context.time });
    return openSensor('command', [{ sensor, name: null, handles: [label], refusal: null }], {
      ...context,
      sensor: undefined,
    });
  },
};

/** The quantity of a program's first reading, or why there is none. */
export async function firstReading(
  program: MeterProgram,
  time: MeterTime,
): Promise<Probed<'joules' | 'watts'>> {
  const endMs = time.nowMs() + silentMs;
  while (program.latest === null) {
    if (program.fault !== null) return { ok: false, why: program.fault };
    if (time.nowMs() > endMs) return { ok: false, why: `it printed no reading within ${silentMs / 1000} s` };
    await time.sleep(pollMs);
  }
  return { ok: true, value: program.latest.quantity };
}

/** A program's newest reading, or why it counts no more. */
export function latestValue({ latest, fault }: MeterProgram, time: MeterTime): Probed<number> {
  if (fault !== null) return { ok: false, why: fault };
  if (latest === null || time.nowMs() - latest.timeMs > silentMs) {
    return { ok: false, why: `it has printed no reading for ${silentMs / 1000} s` };
  }
  return { ok: true, value: latest.value };
}

function createSensor(options: {
  readonly program: MeterProgram;
  readonly quantity: 'joules' | 'watts';
  readonly label: string;
  readonly key: string;
  readonly time: MeterTime;
}): Sensor {
  const { program, quantity, label, key, time } = options;
  const read = async () => latestValue(program, time);
  return {
    label,
    details: '',
    scope: null,
    key,
    unitJoules,
    counter: quantity === 'joules' ? { label: 'joules it prints', read } : null,
    power: quantity === 'watts' ? { label: 'watts it prints', instant: true, fine: false, read } : null,
    state: null,
    processes: null,
    close: () => program.close(),
  };
}
