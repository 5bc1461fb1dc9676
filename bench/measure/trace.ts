import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { PowerReading } from '../../src/measure/index.ts';
import { fitResponse, periodOf, powerUpdates } from '../../src/meter/index.ts';
import { median } from '../../src/stats/index.ts';

/** What a meter in a board's power cables saw: milliseconds and watts, means over some milliseconds each. */
export interface External {
  readonly rows: readonly (readonly [number, number])[];
  readonly meanOverMs: number;
}

/** One sensor of a recorded board. */
export interface RecordedSensor {
  /** Recording and column: `steps_3090 power.draw W`. */
  readonly name: string;
  /** Recordings of one board have its name in common; their gains are one. */
  readonly board: string;
  readonly powers: readonly PowerReading[];
  /** Update period in milliseconds; null if it changes too seldom to tell. */
  readonly periodMs: number | null;
  readonly external: External | null;
}

interface Recording {
  readonly gpu?: string;
  readonly sensorColumns: readonly string[];
  readonly sensor: readonly (readonly (number | null)[])[];
  readonly external?: External;
}

/** Every power sensor in the recordings of a folder, by name; none if there is no folder. */
export function readTraces(folder: string): RecordedSensor[] {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json.gz')) : [];
  return files.sort().flatMap((file) => {
    const recording: Recording = JSON.parse(gunzipSync(readFileSync(join(folder, file))).toString());
    const [unit, ...labels] = recording.sensorColumns;
    return labels.flatMap((label, i) => {
      const powers = powersOf(recording, i + 1, unit === 's' ? 1000 : 1);
      if (/MHz|^C$/.test(label) || powers.length === 0) return [];
      const name = file.replace('.json.gz', '');
      const board = `${recording.gpu ?? name} ${label}`;
      const external = recording.external ?? null;
      return [{ name: `${name} ${label}`, board, powers, periodMs: updatePeriod(powers), external }];
    });
  });
}

function powersOf({ sensor }: Recording, column: number, unitMs: number): PowerReading[] {
  return sensor.flatMap((row) => {
    const [time, watts] = [row[0], row[column]];
    return time == null || watts == null ? [] : [{ timeMs: unitMs * time, watts }];
  });
}

function updatePeriod(powers: readonly PowerReading[]): number | null {
  const changes = powers.filter(({ watts }, i) => i > 0 && watts !== powers[i - 1]?.watts);
  const polls = powers.slice(1).map(({ timeMs }, i) => timeMs - (powers[i]?.timeMs ?? 0));
  return periodOf(
    changes.map(({ timeMs }) => timeMs),
    median(polls),
  );
}

/**
 * The box over what the meter in the cables saw that fits best what somebody who looks at any moment sees: the last update,
 * for one period. A value that stays for longer is no reading of that time: a board at rest may pause its sensor for a second.
 */
export function responseOf({ powers, periodMs, external }: RecordedSensor) {
  if (external === null) return null;
  const startMs = external.rows[0]?.[0] ?? 0;
  const endMs = external.rows.at(-1)?.[0] ?? 0;
  let saidMs = Number.NEGATIVE_INFINITY;
  const fresh = powers.filter(({ timeMs, watts }, i) => {
    if (watts !== powers[i - 1]?.watts) saidMs = timeMs;
    return timeMs >= startMs && timeMs <= endMs && timeMs - saidMs <= (periodMs ?? Number.POSITIVE_INFINITY);
  });
  const cause = { startMs, stepMs: external.meanOverMs, values: external.rows.map(([, watts]) => watts) };
  return fitResponse(cause, powerUpdates(fresh, null), 'box');
}
