import type { EnergyReading, PowerReading } from '../../measure/index.ts';

/** One thing that a sensor said: power at a moment, or its mean since `sinceMs`. */
export interface SensorUpdate {
  readonly timeMs: number;
  /** null: the power of a moment. */
  readonly sinceMs: number | null;
  readonly watts: number;
}

/** What a sensor is to follow, at equal steps: watts drawn, or 1 while a load runs and 0 while none does. Held at both ends. */
export interface Cause {
  readonly startMs: number;
  readonly stepMs: number;
  readonly values: readonly number[];
}

/** How the readings of a sensor follow what is drawn: late, and as a mean of what was. */
export interface Response {
  readonly delayMs: number;
  /** `box`: the mean of the last `spreadMs`; `exponential`: a mean that forgets with the time constant `spreadMs`. */
  readonly shape: 'box' | 'exponential';
  readonly spreadMs: number;
}

/** The response that explains readings best, as least squares finds it. */
export interface ResponseFit extends Response {
  /** Reading where the cause is 0 (a slow trend taken off), and what one unit of the cause adds to it. */
  readonly base: number;
  readonly gain: number;
  /** Standard error of `gain`, as if the updates' errors were independent. */
  readonly gainError: number;
  /** Part of the readings' variance, beyond their trend, that the cause explains: 0 to 1. */
  readonly explained: number;
  /**
   * Time after which readings are within half a percent of a step of the power, delay included: the longer one where both
   * shapes explain the readings about as well.
   */
  readonly settledAfterMs: number;
}

/** Longer than the slowest sensor that windows can be cut for. */
const mostDelayMs = 3000;
const mostSpreadMs = 3000;
/** A refinement that explains less than this more is none. */
const leastGained = 1e-6;
/** Readings that vary by less than this part of themselves do not vary. */
const leastVariation = 1e-9;
const delayStepMs = 50;
const widthsMs = [0, 25, 50, 100, 200, 350, 500, 700, 1000, 1400, 2000] as const;
const constantsMs = [30, 60, 100, 160, 250, 400, 600, 850, 1200, 1700, 2400] as const;
/** The best of the grid is refined until steps are as small as this. */
const finestMs = 2;
/** A mean that forgets has come within half a percent of a step after so many time constants. */
const settlingConstants = 5.3;
/** Two shapes explain readings about as well if what they leave differs by no more than a factor of two and this part. */
const closeParts = 0.002;

function settledAfterMs({ delayMs, shape, spreadMs }: Response): number {
  return delayMs + (shape === 'box' ? spreadMs : settlingConstants * spreadMs);
}

/** A tick is noticed up to a poll late: over so many milliseconds that is a small part. */
const leastSpanMs = 100;

/** The updates of a counter: mean power from tick to tick, over 100 ms at least, but for those in which it went back. */
export function counterUpdates(ticks: readonly EnergyReading[]): SensorUpdate[] {
  const updates: SensorUpdate[] = [];
  let before = ticks[0];
  for (const tick of ticks.slice(1)) {
    if (before === undefined || tick.joules < before.joules) before = tick;
    const spanMs = tick.timeMs - before.timeMs;
    if (spanMs < leastSpanMs) continue;
    updates.push({
      timeMs: tick.timeMs,
      sinceMs: before.timeMs,
      watts: (1000 * (tick.joules - before.joules)) / spanMs,
    });
    before = tick;
  }
  return updates;
}

/**
 * The updates in a series of power that was polled faster than it changes: every change, and where a value stays, that it
 * was confirmed once a period.
 * @param periodMs update period; null where it is not known: then every reading counts
 */
export function powerUpdates(powers: readonly PowerReading[], periodMs: number | null): SensorUpdate[] {
  const updates: SensorUpdate[] = [];
  let saidMs = Number.NEGATIVE_INFINITY;
  powers.forEach(({ timeMs, watts }, i) => {
    const changed = i > 0 && watts !== (powers[i - 1] as PowerReading).watts;
    if (periodMs !== null && !changed && timeMs - saidMs < 1.5 * periodMs) return;
    // A value that stays was said again when the period was over, not when that was noticed.
    saidMs = changed || periodMs === null || i === 0 ? timeMs : saidMs + periodMs;
    if (Number.isFinite(saidMs)) updates.push({ timeMs: saidMs, sinceMs: null, watts });
  });
  return updates;
}

/**
 * Finds the delay and the spread with which readings follow a cause.
 * @param shape either shape unless given
 * @returns null for fewer than eight updates, or a cause that does not change
 */
export function fitResponse(
  cause: Cause,
  updates: readonly SensorUpdate[],
  shape?: Response['shape'],
): ResponseFit | null {
  if (updates.length < 8) return null;
  const problem = new Regression(updates);
  const fits = [
    shape === 'exponential' ? null : fitShape(cause, problem, 'box', widthsMs),
    shape === 'box' ? null : fitShape(cause, problem, 'exponential', constantsMs),
  ].filter((fit) => fit !== null);
  const [best, other] = fits.sort((a, b) => b.explained - a.explained);
  if (best === undefined) return null;
  const isClose = other !== undefined && 1 - other.explained <= 2 * (1 - best.explained) + closeParts;
  const settledMs = Math.max(settledAfterMs(best), isClose ? settledAfterMs(other) : 0);
  return { ...best, settledAfterMs: settledMs };
}

type ShapeFit = Omit<ResponseFit, 'settledAfterMs'>;

/** The best delay and spread of one shape. */
function fitShape(
  cause: Cause,
  problem: Regression,
  shape: Response['shape'],
  spreads: readonly number[],
): ShapeFit | null {
  let best: ShapeFit | null = null;
  const consider = (response: Response, blurred: Blurred) => {
    const { delayMs, spreadMs } = response;
    if (delayMs < 0 || delayMs > mostDelayMs || spreadMs < 0 || spreadMs > mostSpreadMs) return;
    const fit = problem.fit(response, blurred);
    if (fit !== null && (best === null || fit.explained > best.explained)) best = fit;
  };
  for (const spreadMs of spreads) {
    const blurred = blur(cause, shape, spreadMs);
    for (let delayMs = 0; delayMs <= mostDelayMs; delayMs += delayStepMs) {
      consider({ shape, spreadMs, delayMs }, blurred);
    }
  }
  for (let stepMs = delayStepMs; best !== null && stepMs >= finestMs; ) {
    const { spreadMs, delayMs, explained }: ShapeFit = best;
    for (const spread of [spreadMs, spreadMs + stepMs, spreadMs - stepMs]) {
      if (spread < 0 || (spread === 0 && shape === 'exponential')) continue;
      const blurred = blur(cause, shape, spread);
      for (const delay of [delayMs, delayMs + stepMs, delayMs - stepMs]) {
        consider({ shape, spreadMs: spread, delayMs: delay }, blurred);
      }
    }
    if ((best as ShapeFit).explained - explained < leastGained) stepMs /= 2;
  }
  return best;
}

/** A cause as a response without delay shows it, and its sum, for means over a span. */
interface Blurred {
  at(timeMs: number): number;
  /** Integral up to a moment, in milliseconds times the cause's unit. */
  sumAt(timeMs: number): number;
}

function blur({ startMs, stepMs, values }: Cause, shape: Response['shape'], spreadMs: number): Blurred {
  const sums = runningSums(values, stepMs);
  const causeSum = (timeMs: number) => sumBetween(values, sums, startMs, stepMs, timeMs);
  if (shape === 'box' && spreadMs === 0) {
    return { at: (timeMs) => valueAt(values, startMs, stepMs, timeMs), sumAt: causeSum };
  }
  let last = values[0] ?? 0;
  const kept = shape === 'exponential' ? Math.exp(-stepMs / spreadMs) : 0;
  const shown = new Float64Array(values.length);
  for (let i = 0; i < shown.length; i++) {
    const value = values[i] as number;
    if (shape === 'exponential') last = value + (last - value) * kept;
    else {
      const untilMs = startMs + i * stepMs;
      last = (causeSum(untilMs) - causeSum(untilMs - spreadMs)) / spreadMs;
    }
    shown[i] = last;
  }
  const shownSums = runningSums(shown, stepMs);
  return {
    at: (timeMs) => valueAt(shown, startMs, stepMs, timeMs),
    sumAt: (timeMs) => sumBetween(shown, shownSums, startMs, stepMs, timeMs),
  };
}

/** Sums before each value; one more than there are values. */
function runningSums(values: ArrayLike<number>, stepMs: number): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = (sums[i] as number) + (values[i] as number) * stepMs;
  return sums;
}

/** Linear between steps, held beyond both ends. */
function valueAt(values: ArrayLike<number>, startMs: number, stepMs: number, timeMs: number): number {
  const place = Math.min(Math.max((timeMs - startMs) / stepMs, 0), values.length - 1);
  const below = Math.floor(place);
  const from = values[below] ?? 0;
  return from + (place - below) * ((values[below + 1] ?? from) - from);
}

function sumBetween(
  values: ArrayLike<number>,
  sums: ArrayLike<number>,
  startMs: number,
  stepMs: number,
  timeMs: number,
): number {
  const place = (timeMs - startMs) / stepMs;
  if (place <= 0) return place * stepMs * (values[0] ?? 0);
  if (place >= values.length)
    return (
      (sums[values.length] as number) + (place - values.length) * stepMs * (values[values.length - 1] ?? 0)
    );
  const below = Math.floor(place);
  return (sums[below] as number) + (place - below) * stepMs * (values[below] as number);
}

/** Least squares of watts on a constant, a trend and what a response makes of the cause. */
class Regression {
  readonly #updates: readonly SensorUpdate[];
  /** Time about its mean, as a part of the whole: what a slow drift follows. */
  readonly #trend: readonly number[];
  readonly #trendSquares: number;
  /** Watts without their mean and trend. */
  readonly #rest: readonly number[];
  readonly #restSquares: number;
  readonly #meanWatts: number;

  constructor(updates: readonly SensorUpdate[]) {
    this.#updates = updates;
    const times = updates.map(({ timeMs }) => timeMs);
    const middle = meanOf(times);
    const length = Math.max(1, (times.at(-1) as number) - (times[0] as number));
    this.#trend = times.map((timeMs) => (timeMs - middle) / length);
    this.#trendSquares = dot(this.#trend, this.#trend);
    this.#rest = this.#without(updates.map(({ watts }) => watts));
    const watts = updates.map((update) => update.watts);
    this.#meanWatts = meanOf(watts);
    const squares = dot(this.#rest, this.#rest);
    this.#restSquares = squares > leastVariation ** 2 * dot(watts, watts) ? squares : 0;
  }

  fit(response: Response, blurred: Blurred): ShapeFit | null {
    const { delayMs } = response;
    const n = this.#updates.length;
    // One pass, since thousands of responses are tried: what is left of the cause without its mean and trend follows from sums.
    let [sum, squareSum, alongTrend, alongRest] = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const { timeMs, sinceMs } = this.#updates[i] as SensorUpdate;
      const shown =
        sinceMs === null
          ? blurred.at(timeMs - delayMs)
          : (blurred.sumAt(timeMs - delayMs) - blurred.sumAt(sinceMs - delayMs)) / (timeMs - sinceMs);
      sum += shown;
      squareSum += shown * shown;
      alongTrend += shown * (this.#trend[i] as number);
      alongRest += shown * (this.#rest[i] as number);
    }
    const trended = this.#trendSquares > 0 ? alongTrend ** 2 / this.#trendSquares : 0;
    const squares = squareSum - sum ** 2 / n - trended;
    if (!(squares > 1e-9 * squareSum) || this.#restSquares === 0) return null;
    const gain = alongRest / squares;
    // A load that lowers the power is none.
    const explained = gain <= 0 ? 0 : (gain * gain * squares) / this.#restSquares;
    const freedom = Math.max(1, n - 5);
    const gainError = Math.sqrt((Math.max(0, 1 - explained) * this.#restSquares) / freedom / squares);
    return { ...response, base: this.#meanWatts - (gain * sum) / n, gain, gainError, explained };
  }

  #without(values: readonly number[]): number[] {
    const middle = meanOf(values);
    const slope = this.#trendSquares > 0 ? dot(values, this.#trend) / this.#trendSquares : 0;
    return values.map((value, i) => value - middle - slope * (this.#trend[i] as number));
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
