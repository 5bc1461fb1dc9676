import { cutWindow, type EnergyReading, findTicks, type MeterInfo } from '../../src/measure/index.ts';
import { mean, median } from '../../src/stats/index.ts';
import { percent, printTable } from './table.ts';
import { type External, type RecordedSensor, responseOf } from './trace.ts';

const windowsMs = [1500, 2000, 3000, 4000, 6000];
/** Windows begin so much later each. */
const everyMs = 100;
/** A load is steady where the power in its cables stays this near to its median, */
const steadyPart = 0.05;
/** and has for this long, */
const settledMs = 500;
/** over means of so long: the meter sees the ripple of the board's own supply. */
const rippleMs = 100;
/** Within this part of the least that a board ever drew it is at rest. */
const restPart = 0.1;
/** A window with a larger standard error is void, as one is that a search or a judge asks for. */
const mostError = 0.02;

interface Compared {
  readonly windowMs: number;
  readonly atRest: boolean;
  /** Watts that the window said, and those that the cables saw over the same time; null: void. */
  readonly read: { readonly watts: number; readonly truth: number } | null;
}

/** Windows of one length of one sensor, under load or at rest. */
interface WindowGroup {
  readonly name: string;
  readonly atRest: boolean;
  readonly windowMs: number;
  readonly voided: number;
  /** How far each valid one is from the meter in the cables: 0.01 is 1 %. */
  readonly errors: readonly number[];
}

/** How far windows of a steady load, and of a board at rest, are from the meter in the cables. */
export function compareWindows(sensors: readonly RecordedSensor[]): WindowGroup[] {
  const compared = sensors.map((sensor) => ({ ...sensor, windows: windowsOf(sensor) }));
  return compared.flatMap(({ name, board, windows }) => {
    const ofBoard = compared.flatMap((one) => (one.board === board ? one.windows : []));
    const truthOf = calibration(ofBoard.flatMap(({ read }) => (read === null ? [] : [read])));
    return [false, true].flatMap((atRest) =>
      windowsMs.flatMap((windowMs) => {
        const alike = windows.filter((one) => one.atRest === atRest && one.windowMs === windowMs);
        if (alike.length === 0) return [];
        const errors = alike.flatMap(({ read }) =>
          read === null ? [] : [Math.abs(truthOf(read.watts) / read.truth - 1)],
        );
        return [{ name, atRest, windowMs, voided: alike.length - errors.length, errors }];
      }),
    );
  });
}

/** Prints them. */
export function reportWindows(sensors: readonly RecordedSensor[]): void {
  printTable(
    'Windows of steady power beside the meter in the cables, one constant gain and offset for each sensor of a board',
    ['sensor', 'at', 'window', 'valid', 'void', 'largest error', 'usual error'],
    compareWindows(sensors).map(({ name, atRest, windowMs, voided, errors }) => [
      ...[name, atRest ? 'rest' : 'load', `${windowMs / 1000} s`, `${errors.length}`, `${voided}`],
      ...(errors.length === 0 ? ['-', '-'] : [percent(Math.max(...errors)), percent(median(errors))]),
    ]),
  );
}

/** Windows of all lengths wherever the meter in the cables saw steady power for long enough before. */
function windowsOf(sensor: RecordedSensor): Compared[] {
  const { external } = sensor;
  const fit = responseOf(sensor);
  if (external === null || fit === null) return [];
  const lateMs = fit.delayMs + fit.spreadMs / 2;
  const restWatts = Math.min(...rippleFree(external, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY));
  const [startMs, endMs] = [external.rows[0]?.[0] ?? 0, external.rows.at(-1)?.[0] ?? 0];
  const windows: Compared[] = [];
  for (const windowMs of windowsMs) {
    for (let fromMs = startMs; fromMs + windowMs <= endMs; fromMs += everyMs) {
      // What the sensor says in the window was drawn up to its response earlier.
      const sinceMs = fromMs - fit.settledAfterMs - settledMs;
      const watts = sinceMs < startMs ? [] : rippleFree(external, sinceMs, fromMs + windowMs);
      const middle = watts.length === 0 ? Number.NaN : median(watts);
      if (!watts.every((one) => Math.abs(one / middle - 1) <= steadyPart) || watts.length === 0) continue;
      const cut = windowOf(sensor, fromMs, fromMs + windowMs);
      // A window begins where power had settled: what it says is compared with the same time.
      const truth = cut && mean(between(external, cut.fromMs - lateMs, cut.toMs - lateMs));
      const read = cut === null || truth === null ? null : { watts: cut.watts, truth };
      windows.push({ windowMs, atRest: middle <= (1 + restPart) * restWatts, read });
    }
  }
  return windows;
}

function between({ rows }: External, fromMs: number, toMs: number): number[] {
  return rows.filter(([timeMs]) => timeMs >= fromMs && timeMs <= toMs).map(([, watts]) => watts);
}

function rippleFree(external: External, fromMs: number, toMs: number): number[] {
  const inside = between(external, fromMs, toMs);
  const size = Math.round(rippleMs / external.meanOverMs);
  return Array.from({ length: Math.floor(inside.length / size) }, (_, i) =>
    mean(inside.slice(i * size, (i + 1) * size)),
  );
}

/** A window as it is cut out of a stretch of one launch a millisecond; null if it is void. */
function windowOf({ powers, periodMs }: RecordedSensor, fromMs: number, toMs: number) {
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
  if (!cut.ok || (cut.energy.relativeError ?? 0) > mostError) return null;
  const endMs = findTicks(readings).findLast(({ timeMs }) => timeMs <= toMs)?.timeMs ?? toMs;
  return { watts: cut.energy.watts, fromMs: endMs - 1000 * cut.energy.seconds, toMs: endMs };
}

/** Powers that differ by less than this, squared, tell a gain and nothing else. */
const leastSpread = 1e-3;

/** From what a sensor says to what the cables saw: a gain and an offset, by least squares of relative errors. */
function calibration(
  pairs: readonly { readonly watts: number; readonly truth: number }[],
): (watts: number) => number {
  const sum = (of: (pair: { watts: number; truth: number }) => number) =>
    pairs.reduce((total, pair) => total + of(pair), 0);
  // 1 is to be (offset + gain watts) / truth.
  const [uu, uv, vv] = [
    sum(({ truth }) => truth ** -2),
    sum(({ watts, truth }) => watts / truth ** 2),
    sum(({ watts, truth }) => (watts / truth) ** 2),
  ];
  const [u, v] = [sum(({ truth }) => 1 / truth), sum(({ watts, truth }) => watts / truth)];
  const determinant = uu * vv - uv ** 2;
  if (determinant <= leastSpread * uu * vv) return (watts) => (watts * v) / vv;
  return (watts) => (u * vv - v * uv + (v * uu - u * uv) * watts) / determinant;
}
