import type { Completion } from './ports.ts';
import { launchesAt, type Tick } from './series.ts';

/** What a counter gained from one tick to the next. */
export interface Update {
  readonly fromMs: number;
  readonly toMs: number;
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
      joules,
      watts: (1000 * joules) / (tick.timeMs - before.timeMs),
      joulesPerLaunch: joules / ((launches[i + 1] as number) - (launches[i] as number)),
    };
  });
}

/**
 * Why updates of a sensor of known period cannot be energy; null if they can. A counter that froze for a few periods and
 * went on without them, or was set forward, moves on all the same: only the power of single updates shows it.
 */
export function implausible(updates: readonly Update[], updatePeriodMs: number): string | null {
  if (updates.length < LEAST_UPDATES) return null;
  const sorted = updates.map(({ watts }) => watts).sort((a, b) => a - b);
  const middle = sorted[sorted.length >> 1] as number;
  const lost = updates.find(
    ({ fromMs, toMs, watts }) => toMs - fromMs > LATE_PERIODS * updatePeriodMs && watts < LOST_PART * middle,
  );
  if (lost !== undefined) {
    const lateMs = Math.round(lost.toMs - lost.fromMs);
    return `the energy counter lost energy: ${Math.round(lost.watts)} W over ${lateMs} ms, ${Math.round(middle)} W else`;
  }
  const [second, first] = sorted.slice(-2) as [number, number];
  if (first > JUMP_FACTOR * second) {
    return `the energy counter jumped: ${Math.round(first)} W in one update, at most ${Math.round(second)} W else`;
  }
  return null;
}
