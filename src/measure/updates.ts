import { median } from '../stats/index.ts';
import type { Completion } from './ports.ts';
import { launchesAt, type Tick } from './series.ts';

/** What a counter gained from one tick to the next. */
export interface Update {
  readonly fromMs: number;
  readonly toMs: number;
  /** How long it can have been, since its ticks were seen late. */
  readonly shortestMs: number;
  readonly longestMs: number;
  readonly joules: number;
  readonly launches: number;
  readonly watts: number;
  readonly joulesPerLaunch: number;
}

/** An update that took longer than this many periods, */
const LATE_PERIODS = 1.8;
/** with less power in it than this part of the others', has lost what it should have held. */
const LOST_PART = 0.7;
/** Fewer updates than this have no "others". */
const LEAST_UPDATES = 4;
/** An update stands out by so many standard deviations of the others, as their median deviation tells, */
const OUTLIER_DEVIATIONS = 8;
/** and by at least this part of them. */
const OUTLIER_PART = 0.15;
/** The standard deviation of a normal distribution over its median absolute deviation. */
const MEDIAN_DEVIATIONS = 1.4826;
/** Fewer updates than this have no noise that can be told. */
const LEAST_SCATTERED = 6;

/** The updates between ticks; one during which nothing was launched has infinite joules per launch. */
export function updatesBetween(ticks: readonly Tick[], completions: readonly Completion[]): Update[] {
  const launches = ticks.map(({ timeMs }) => launchesAt(completions, timeMs));
  return ticks.slice(1).map((tick, i) => {
    const before = ticks[i] as Tick;
    const joules = tick.joules - before.joules;
    const launched = (launches[i + 1] as number) - (launches[i] as number);
    return {
      fromMs: before.timeMs,
      toMs: tick.timeMs,
      shortestMs: tick.timeMs - tick.lateByMs - before.timeMs,
      longestMs: tick.timeMs - before.timeMs + before.lateByMs,
      joules,
      launches: launched,
      watts: (1000 * joules) / (tick.timeMs - before.timeMs),
      joulesPerLaunch: joules / launched,
    };
  });
}

/**
 * Why updates of a sensor of known period do not hold all energy; null if they do. A counter that froze for a few periods
 * and went on without them moves on all the same: only the power of single updates shows it. A tick that a busy host saw
 * late is none: what it makes the one update longer it makes the next one shorter.
 */
export function lostEnergy(updates: readonly Update[], updatePeriodMs: number): string | null {
  if (updates.length < LEAST_UPDATES) return null;
  const usual = median(updates.map(({ watts }) => watts));
  const lost = updates.find(
    ({ shortestMs, joules }) =>
      shortestMs > LATE_PERIODS * updatePeriodMs && wattsOf(joules, shortestMs) < LOST_PART * usual,
  );
  if (lost === undefined) return null;
  const watts = Math.round(wattsOf(lost.joules, lost.shortestMs));
  const lateMs = Math.round(lost.shortestMs);
  return `the energy counter lost energy: ${watts} W over ${lateMs} ms, ${Math.round(usual)} W else`;
}

/** Updates put together until each spans `leastMs`: what a launch draws unevenly, or a sensor repeats, is no noise. */
export function groupUpdates(updates: readonly Update[], leastMs: number): Update[] {
  const groups: Update[] = [];
  let open: Update | null = null;
  for (const update of updates) {
    open = open === null ? update : joined(open, update);
    if (open.toMs - open.fromMs < leastMs) continue;
    groups.push(open);
    open = null;
  }
  return groups;
}

function joined(a: Update, b: Update): Update {
  const joules = a.joules + b.joules;
  const launches = a.launches + b.launches;
  return {
    fromMs: a.fromMs,
    toMs: b.toMs,
    // How late the tick between the two was seen no longer matters.
    shortestMs: b.shortestMs + (a.toMs - a.fromMs),
    longestMs: a.longestMs + (b.toMs - b.fromMs),
    joules,
    launches,
    watts: (1000 * joules) / (b.toMs - a.fromMs),
    joulesPerLaunch: joules / launches,
  };
}

/** An update with fewer launches than this part of the usual was not busy all along, and may say less. */
const BUSY_PART = 0.95;

/** Why one of a sensor's updates cannot be power, by how the others scatter; null if all can. */
export function outlierAmong(updates: readonly Update[]): string | null {
  if (updates.length < LEAST_SCATTERED) return null;
  const rateOf = ({ launches, fromMs, toMs }: Update) => launches / (toMs - fromMs);
  const [usual, rate] = [median(updates.map(({ watts }) => watts)), median(updates.map(rateOf))];
  const deviation = MEDIAN_DEVIATIONS * median(updates.map(({ watts }) => Math.abs(watts - usual)));
  const most = Math.max(OUTLIER_DEVIATIONS * deviation, OUTLIER_PART * usual);
  const outlier = updates.find((update) => {
    const { joules, shortestMs, longestMs } = update;
    if (wattsOf(joules, longestMs) > usual + most) return true;
    return wattsOf(joules, Math.max(1, shortestMs)) < usual - most && rateOf(update) > BUSY_PART * rate;
  });
  if (outlier === undefined) return null;
  return `one update of the sensor said ${Math.round(outlier.watts)} W, the others ${Math.round(usual)} W`;
}

function wattsOf(joules: number, milliseconds: number): number {
  return (1000 * joules) / milliseconds;
}
