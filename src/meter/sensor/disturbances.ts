import type { BoardConditions } from '../../measure/index.ts';
import { median } from '../../stats/index.ts';
import type { Samples } from './sampler.ts';
import type { ProcessList, Slowdown } from './types.ts';

type State = Samples['states'][number];

/** Clocks that differ by more than this between two parts of a stretch have shifted. */
const shiftedPart = 0.05;
/** Fewer states than this say nothing about a course. */
const leastStates = 6;
/** Integrated power that has not moved for so long, under load, is no reading. */
const stillPowerMs = 1500;

/** Slowdowns that the board was in, seen at a moment or counted between the first and the last. */
function slowdowns(states: readonly State[]): string[] {
  const seen = new Set<Slowdown>(states.flatMap((state) => state.slowdowns));
  const first = states[0]?.slowedMs ?? {};
  const last = states.at(-1)?.slowedMs ?? {};
  for (const [name, lastMs] of Object.entries(last) as [Slowdown, number][]) {
    const firstMs = first[name];
    if (firstMs !== undefined && lastMs > firstMs) seen.add(name);
  }
  // The general reason goes with a specific one.
  if (seen.size > 1) seen.delete('hardware slowdown');
  return [...seen].sort();
}

function medianOf(states: readonly State[], field: 'smMhz' | 'memoryMhz' | 'celsius'): number | null {
  const values = states.map((state) => state[field]).filter((value) => value !== null);
  return values.length === 0 ? null : median(values);
}

/**
 * Whether a clock is another one at the end than before. The first third is left out: clocks rise under a fresh load.
 * Under a power limit the SM clock is what gives way, so there it may move.
 */
function clockShifts(states: readonly State[]): string[] {
  if (states.length < leastStates) return [];
  const third = Math.floor(states.length / 3);
  const middle = states.slice(third, 2 * third);
  const end = states.slice(2 * third);
  const capped = [...middle, ...end].some((state) => state.powerCapped === true);
  const shifts: string[] = [];
  for (const [field, name] of [
    ['smMhz', 'SM'],
    ['memoryMhz', 'memory'],
  ] as const) {
    if (field === 'smMhz' && capped) continue;
    const [from, to] = [medianOf(middle, field), medianOf(end, field)];
    if (from === null || to === null || from <= 0) continue;
    if (Math.abs(to / from - 1) > shiftedPart) {
      shifts.push(`the ${name} clock shifted from ${Math.round(from)} to ${Math.round(to)} MHz`);
    }
  }
  return shifts;
}

/** What voids the stretch between two moments, energy and latency alike. */
export function findDisturbances(request: {
  readonly states: readonly State[];
  readonly fromMs: number;
  readonly toMs: number;
  /** What was on the GPU when the meter was opened or, where ids say nothing, when the session began. */
  readonly before: ProcessList | null;
  readonly after: ProcessList | null;
}): string[] {
  const { states, fromMs, toMs, before, after } = request;
  // The states around the stretch belong to it: counters of slowdowns are read before and after.
  const first = states.findLastIndex((state) => state.timeMs <= fromMs);
  const last = states.findIndex((state) => state.timeMs >= toMs);
  const around = states.slice(Math.max(0, first), last < 0 ? undefined : last + 1);
  const inside = around.filter((state) => state.timeMs >= fromMs && state.timeMs <= toMs);
  return [
    ...slowdowns(around).map((name) => `${name} of the GPU`),
    ...clockShifts(inside),
    ...newProcesses(before, after),
  ];
}

function newProcesses(before: ProcessList | null, after: ProcessList | null): string[] {
  if (before === null || after === null) return [];
  const known = new Set(before.processes.map(({ pid }) => pid));
  const fresh = after.processes.filter(({ pid }) => !known.has(pid));
  if (fresh.length === 0) return [];
  const who = after.trusted ? fresh.map(({ label }) => label).join(', ') : 'of another process namespace';
  return [`a new process came onto the GPU: ${who}`];
}

/** What the board was like inside a stretch; null if it does not say. */
export function boardConditions(
  states: readonly State[],
  fromMs: number,
  toMs: number,
): BoardConditions | null {
  const inside = states.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs);
  if (inside.length === 0) return null;
  const capping = inside.map(({ powerCapped }) => powerCapped).filter((value) => value !== null);
  return {
    smMhz: medianOf(inside, 'smMhz'),
    memoryMhz: medianOf(inside, 'memoryMhz'),
    celsius: medianOf(inside, 'celsius'),
    powerCappedPart: capping.length === 0 ? null : capping.filter((capped) => capped).length / capping.length,
  };
}

/** Why power that was added up is no energy: the sensor repeats one value, to the last digit, for too long. */
export function stillPower(readings: Samples['readings']): string | null {
  let sinceMs: number | null = null;
  let heldWatts = Number.NaN;
  for (let i = 1; i < readings.length; i++) {
    const [a, b] = [readings[i - 1], readings[i]] as [
      Samples['readings'][number],
      Samples['readings'][number],
    ];
    const watts = Math.round((1e6 * (b.joules - a.joules)) / (b.timeMs - a.timeMs));
    if (watts !== heldWatts) {
      heldWatts = watts;
      sinceMs = a.timeMs;
    } else if (sinceMs !== null && b.timeMs - sinceMs > stillPowerMs) {
      return `the power reading stood still for more than ${stillPowerMs} ms`;
    }
  }
  return null;
}
