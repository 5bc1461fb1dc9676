import type { Completion, EnergyReading, PowerReading } from './ports.ts';

/** A moment at which the energy counter moved to a value: between ticks a counter only repeats itself. */
export interface Tick {
  readonly timeMs: number;
  readonly joules: number;
  /** How much earlier the counter may have moved than it was seen to. */
  readonly lateByMs: number;
  /** Last moment at which the counter was still seen at this value. */
  readonly heldUntilMs: number;
}

/**
 * The ticks of a counter. In a series that was polled faster than the counter moves, every reading that repeats the
 * one before it says nothing new, and a change was seen at most one poll late; the first reading is of unknown age and
 * is left out. A series without repeats is taken at its word: every reading is a tick.
 */
export function findTicks(readings: readonly EnergyReading[]): Tick[] {
  const repeats = readings.some((reading, i) => i > 0 && reading.joules === readings[i - 1]?.joules);
  const ticks: Tick[] = [];
  readings.forEach(({ timeMs, joules }, i) => {
    const before = readings[i - 1];
    const held = ticks.at(-1);
    if (before === undefined) {
      if (!repeats) ticks.push({ timeMs, joules, lateByMs: 0, heldUntilMs: timeMs });
    } else if (joules !== before.joules) {
      ticks.push({ timeMs, joules, lateByMs: repeats ? timeMs - before.timeMs : 0, heldUntilMs: timeMs });
    } else if (held !== undefined) {
      ticks[ticks.length - 1] = { ...held, heldUntilMs: timeMs };
    }
  });
  return ticks;
}

/** Launches completed by a moment inside the series, linear between completions: all launches are alike. */
export function launchesAt(completions: readonly Completion[], timeMs: number): number {
  let low = 0;
  let high = completions.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((completions[middle] as Completion).timeMs <= timeMs) low = middle;
    else high = middle;
  }
  const before = completions[low] as Completion;
  const after = completions[high] as Completion;
  const span = after.timeMs - before.timeMs;
  if (span <= 0) return after.launches;
  const part = Math.min(1, Math.max(0, (timeMs - before.timeMs) / span));
  return before.launches + part * (after.launches - before.launches);
}

/** Longest time between two completions in milliseconds; 0 for fewer than two. */
export function longestGapMs(completions: readonly Completion[]): number {
  let longest = 0;
  for (let i = 1; i < completions.length; i++) {
    const gap = (completions[i] as Completion).timeMs - (completions[i - 1] as Completion).timeMs;
    longest = Math.max(longest, gap);
  }
  return longest;
}

/**
 * Joules between two moments out of power readings, each of which holds until the next; null unless the readings reach
 * over the whole time, at least four of them.
 */
export function integratedJoules(
  powers: readonly PowerReading[],
  fromMs: number,
  toMs: number,
): number | null {
  const first = powers.findLastIndex(({ timeMs }) => timeMs <= fromMs);
  const end = powers.findIndex(({ timeMs }) => timeMs >= toMs);
  if (first < 0 || end < 0 || end - first < 4) return null;
  let joules = 0;
  for (let i = first; i < end; i++) {
    const { timeMs, watts } = powers[i] as PowerReading;
    const until = Math.min(toMs, (powers[i + 1] as PowerReading).timeMs);
    joules += (watts * Math.max(0, until - Math.max(fromMs, timeMs))) / 1000;
  }
  return joules;
}
