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
  readonly watts: number;
  readonly joulesPerLaunch: number;
}

/** An update that took longer than this many periods, */
const LATE_PERIODS = 1.8;
/** with less power in it than this part of the others', has lost what it should have held. */
const LOST_PART = 0.7;
/** One update of more than this many times the power of any other is no power. */
const JUMP_FACTOR = 3;
/** Fewer updates than this have no "others". */
const LEAST_UPDATES = 4;

/** The updates between ticks; one during which nothing was launched has infinite joules per launch. */
export function updatesBetween(ticks: readonly Tick[], completions: readonly Completion[]): Update[] {
  const launches = ticks.map(({ timeMs }) => launchesAt(completions, timeMs));
  return ticks.slice(1).map((tick, i) => {
    const before = ticks[i] as Tick;
    const joules = tick.joules - before.joules;
    return {
      fromMs: before.timeMs,
      toMs: tick.timeMs,
      shortestMs: tick.timeMs - tick.lateByMs - before.timeMs,
      longestMs: tick.timeMs - before.timeMs + before.lateByMs,
      joules,
      watts: (1000 * joules) / (tick.timeMs - before.timeMs),
      joulesPerLaunch: joules / ((launches[i + 1] as number) - (launches[i] as number)),
    };
  });
}

/**
 * Why updates of a sensor of known period cannot be energy; null if they can. A counter that froze for a few periods and
 * went on without them, or was set forward, moves on all the same: only the power of single updates shows it. A tick that
 * a busy host saw late is neither: what it makes the one update longer it makes the next one shorter.
 */
export function implausible(updates: readonly Update[], updatePeriodMs: number): string | null {
  if (updates.length < LEAST_UPDATES) return null;
  const usual = median(updates.map(({ watts }) => watts));
  const lost = updates.find(
    ({ shortestMs, joules }) =>
      shortestMs > LATE_PERIODS * updatePeriodMs && wattsOf(joules, shortestMs) < LOST_PART * usual,
  );
  if (lost !== undefined) {
    const watts = Math.round(wattsOf(lost.joules, lost.shortestMs));
    const lateMs = Math.round(lost.shortestMs);
    return `the energy counter lost energy: ${watts} W over ${lateMs} ms, ${Math.round(usual)} W else`;
  }
  const [second, first] = updates
    .map(({ longestMs, joules }) => wattsOf(joules, Math.max(updatePeriodMs, longestMs)))
    .sort((a, b) => a - b)
    .slice(-2) as [number, number];
  if (first > JUMP_FACTOR * second) {
    return `the energy counter jumped: ${Math.round(first)} W in one update, at most ${Math.round(second)} W else`;
  }
  return null;
}

function wattsOf(joules: number, milliseconds: number): number {
  return (1000 * joules) / milliseconds;
}
