import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { cutWindow, type EnergyReading, type MeterInfo, type PowerReading } from '../../src/measure/index.ts';
import { fitResponse, periodOf, powerUpdates } from '../../src/meter/index.ts';
import { median } from '../../src/stats/index.ts';
import { printTable } from './table.ts';

/** A recorded trace: rows of a board's sensor, and those of a meter in its power cables. */
interface Trace {
  readonly sensorColumns: readonly string[];
  readonly sensor: readonly (readonly (number | null)[])[];
  readonly external?: { readonly rows: readonly (readonly [number, number])[]; readonly meanOverMs: number };
}

const windowsMs = [1000, 2000, 4000, 6000];
/** A load is steady where its power stays this near to its median. */
const steadyPart = 0.03;
/** Loads that were switched on less than this ago have not settled. */
const settledMs = 500;

/** Update period, width, delay and gain of every sensor in recorded traces, and how far windows are from the meter in the cables. */
export function reportTraces(folder: string): void {
  if (!existsSync(folder)) {
    console.log(`\nNo recorded traces: there is no ${folder}.`);
    return;
  }
  const responses: string[][] = [];
  const windows: string[][] = [];
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.json.gz'))
    .sort()) {
    const trace: Trace = JSON.parse(gunzipSync(readFileSync(join(folder, file))).toString());
    const name = file.replace('.json.gz', '');
    for (const [column, label] of trace.sensorColumns.entries()) {
      const powers = powersOf(trace, column);
      if (column === 0 || /MHz|^C$/.test(label) || powers.length === 0) continue;
      const periodMs = updatePeriod(powers);
      const row = [`${name} ${label}`, periodMs === null ? '-' : `${periodMs.toFixed(0)} ms`];
      const { external } = trace;
      if (external === undefined) {
        responses.push([...row, '-', '-', '-', '-']);
        continue;
      }
      const cause = {
        startMs: external.rows[0]?.[0] ?? 0,
        stepMs: external.meanOverMs,
        values: external.rows.map(([, watts]) => watts),
      };
      const endMs = external.rows.at(-1)?.[0] ?? 0;
      // What somebody who looks at any moment sees: the last update, however old.
      const seen = powers.filter(({ timeMs }) => timeMs >= cause.startMs + 2500 && timeMs <= endMs);
      const fit = fitResponse(cause, powerUpdates(seen, null), 'box');
      if (fit === null) continue;
      responses.push([
        ...row,
        `${fit.spreadMs.toFixed(0)} ms`,
        `${fit.delayMs.toFixed(0)} ms`,
        fit.gain.toFixed(3),
        `${(100 * fit.explained).toFixed(1)} %`,
      ]);
      windows.push(...windowRows(`${name} ${label}`, powers, external.rows, periodMs, fit));
    }
  }
  const head = ['sensor', 'update period', 'width', 'delay', 'gain', 'explained'];
  printTable(
    'Sensors beside a meter in the power cables (a box over that meter which fits best)',
    head,
    responses,
  );
  printTable(
    'Windows of a steady load, one constant gain and offset per board',
    ['sensor', 'window', 'valid', 'void', 'largest error', 'usual error'],
    windows,
  );
}

function powersOf(trace: Trace, column: number): PowerReading[] {
  const unit = trace.sensorColumns[0] === 's' ? 1000 : 1;
  return trace.sensor.flatMap((row) => {
    const [time, watts] = [row[0], row[column]];
    return time == null || watts == null ? [] : [{ timeMs: unit * time, watts }];
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

/** Errors of windows that lie where the meter in the cables saw a steady load, by length. */
function windowRows(
  name: string,
  powers: readonly PowerReading[],
  external: Required<Trace>['external']['rows'],
  periodMs: number | null,
  fit: {
    readonly base: number;
    readonly gain: number;
    readonly delayMs: number;
    readonly spreadMs: number;
    readonly settledAfterMs: number;
  },
): string[][] {
  return windowsMs.flatMap((windowMs) => {
    const errors: number[] = [];
    let voided = 0;
    const startMs = external[0]?.[0] ?? 0;
    const endMs = external.at(-1)?.[0] ?? 0;
    for (let fromMs = startMs; fromMs + windowMs <= endMs; fromMs += 250) {
      // What the sensor says in the window was drawn up to its response earlier.
      const isSettled =
        steadyWatts(external, fromMs - fit.settledAfterMs - settledMs, fromMs + windowMs) !== null;
      const lateMs = fit.delayMs + fit.spreadMs / 2;
      const truth = isSettled ? steadyWatts(external, fromMs - lateMs, fromMs + windowMs - lateMs) : null;
      if (truth === null) continue;
      const read = windowOf(powers, fromMs, fromMs + windowMs, periodMs);
      if (read === null) voided++;
      else errors.push(Math.abs((read - fit.base) / fit.gain / truth - 1));
    }
    if (errors.length + voided === 0) return [];
    const percent = (value: number) => `${(100 * value).toFixed(2)} %`;
    return [
      [
        ...[name, `${windowMs / 1000} s`, `${errors.length}`, `${voided}`],
        errors.length === 0 ? '-' : percent(Math.max(...errors)),
        errors.length === 0 ? '-' : percent(median(errors)),
      ],
    ];
  });
}

function steadyWatts(
  external: Required<Trace>['external']['rows'],
  fromMs: number,
  toMs: number,
): number | null {
  if (fromMs < (external[0]?.[0] ?? 0)) return null;
  const inside = external.filter(([timeMs]) => timeMs >= fromMs && timeMs <= toMs).map(([, watts]) => watts);
  // Means of 100 ms: the meter in the cables sees the ripple of the board's own supply.
  const size = 50;
  const means = Array.from({ length: Math.floor(inside.length / size) }, (_, i) =>
    inside.slice(i * size, (i + 1) * size).reduce((sum, watts) => sum + watts / size, 0),
  );
  if (means.length < 5) return null;
  const middle = median(means);
  const isSteady = means.every((watts) => Math.abs(watts / middle - 1) <= steadyPart);
  return isSteady ? means.reduce((sum, watts) => sum + watts, 0) / means.length : null;
}

/** Mean watts of a window as it is cut out of a stretch of one launch a millisecond; null if it is void. */
function windowOf(
  powers: readonly PowerReading[],
  fromMs: number,
  toMs: number,
  periodMs: number | null,
): number | null {
  let joules = 0;
  const readings: EnergyReading[] = powers.map(({ timeMs, watts }, i) => {
    joules += (watts * (timeMs - (powers[i - 1]?.timeMs ?? timeMs))) / 1000;
    return { timeMs, joules };
  });
  const completions = Array.from({ length: Math.floor((toMs - fromMs) / 10) + 1 }, (_, i) => ({
    ...{ timeMs: fromMs + 10 * i, launches: 10 * i, cpuSeconds: null },
  }));
  const meter: MeterInfo = {
    ...{ name: 'trace', description: '', estimated: false, updatePeriodMs: periodMs },
    ...{ resolutionJoules: null, idleWatts: null },
  };
  const cut = cutWindow({ completions, readings, meter, options: { preheatMs: 0, windowMs: toMs - fromMs } });
  if (!cut.ok || (cut.energy.relativeError ?? 0) > 0.02) return null;
  return cut.energy.watts;
}
