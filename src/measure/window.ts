import type { WindowOptions } from './options.ts';
import type { Completion, EnergyReading, MeterInfo, PowerReading } from './ports.ts';
import { relativeErrorOf } from './precision.ts';
import { findTicks, integratedJoules, launchesAt, type Tick } from './series.ts';
import { changeIn, leap, steadyFrom } from './steady.ts';
import type { EnergyMeasurement, PowerUpdate } from './types.ts';
import { groupUpdates, lostEnergy, outlierAmong, type Update, updatesBetween } from './updates.ts';

/** A window that counts, or why it does not. */
export type WindowCut =
  | {
      readonly ok: true;
      readonly energy: EnergyMeasurement;
      /** Joules per launch, one for every update of the meter inside the window. */
      readonly series: readonly number[];
    }
  | {
      readonly ok: false;
      readonly reason: string;
      /** The board became another one meanwhile: what is measured now would be that one. */
      readonly changed?: boolean;
    };

/** A counter that is silent for this many of its update periods stands still. */
const STILL_PERIODS = 5;
/** Without a known period: silent for this part of the window. */
const STILL_PART = 0.5;
/** Beyond this, counter and integrated power contradict each other. */
const TOLERATED_DISAGREEMENT = 0.05;
/** A window must span at least this part of what was asked for. */
const LEAST_COVERAGE = 0.5;

function isVoid(reason: string): WindowCut {
  return { ok: false, reason };
}

/**
 * Cuts the energy window out of a stretch.
 *
 * Readings and completions are two series on one clock. The window begins at the first tick of the counter after the
 * preheating and ends at the last tick within the stretch: cut anywhere else it would gain or lose up to one update
 * period of energy (error sd period / (sqrt(6) window)). Launches are interpolated at both ends. Where the energy of a
 * launch was still settling after the preheating, the window begins when it had (`steadyFrom`).
 */
export function cutWindow(request: {
  readonly completions: readonly Completion[];
  readonly readings: readonly EnergyReading[];
  /** The sensor's power beside its counter; the two are compared over the window. */
  readonly powers?: readonly PowerReading[];
  readonly meter: MeterInfo;
  readonly options: WindowOptions;
}): WindowCut {
  const { completions, readings, meter, options } = request;
  const begin = completions[0];
  const end = completions.at(-1);
  if (begin === undefined || end === undefined || end.launches <= begin.launches) {
    return isVoid('no launch completed inside the stretch');
  }
  const inside = readings.filter(({ timeMs }) => timeMs >= begin.timeMs && timeMs <= end.timeMs);
  const backwards = inside.findIndex(
    (reading, i) => i > 0 && reading.joules < (inside[i - 1] as Tick).joules,
  );
  if (backwards > 0) return isVoid('the energy counter went back');
  if (inside.length < 2) return isVoid('the meter gave fewer than two readings during the stretch');

  const heatedMs = begin.timeMs + options.preheatMs;
  const ticks = findTicks(inside).filter(({ timeMs }) => timeMs >= heatedMs);
  const first = ticks[0];
  const last = ticks.at(-1);
  if (first === undefined || last === undefined || last.joules <= first.joules) {
    const moved = (inside.at(-1) as EnergyReading).joules > (inside[0] as EnergyReading).joules;
    return isVoid(
      moved ? 'the energy counter moved less than twice after preheating' : 'the energy counter stood still',
    );
  }
  const silentMs = longestSilenceMs(ticks, inside.at(-1) as EnergyReading, meter.updatePeriodMs);
  if (silentMs !== null) {
    return isVoid(`the energy counter stood still for ${Math.round(silentMs)} ms`);
  }
  const spanMs = last.timeMs - first.timeMs;
  if (spanMs < LEAST_COVERAGE * options.windowMs) {
    return isVoid(`readings cover ${Math.round(spanMs)} of ${Math.round(options.windowMs)} ms`);
  }
  const updates = updatesBetween(ticks, completions);
  if (meter.updatePeriodMs !== null && !meter.estimated) {
    const objection = lostEnergy(updates, meter.updatePeriodMs);
    if (objection !== null) return isVoid(objection);
  }
  // What is left must still cover enough of what was asked for.
  const latestMs = last.timeMs - LEAST_COVERAGE * options.windowMs;
  const steady = steadyFrom(updates.map(({ joulesPerLaunch }) => joulesPerLaunch));
  const cut = ticks.findLastIndex(({ timeMs }, i) => i <= steady && timeMs <= latestMs);
  const start = ticks[Math.max(0, cut)] as Tick;
  if (!meter.estimated) {
    const objection = unsteady(updates, Math.max(0, cut), meter);
    if (objection !== null) return objection;
  }
  const launches = launchesAt(completions, last.timeMs) - launchesAt(completions, start.timeMs);
  if (launches <= 0) return isVoid('no launch completed between the readings');
  const joulesPerLaunch = updates.slice(Math.max(0, cut)).map((update) => update.joulesPerLaunch);
  const series = joulesPerLaunch.filter(Number.isFinite);
  const powers = request.powers ?? [];
  const energy = toMeasurement({ first: start, last, launches, series, powers, meter });
  const objection = isIdle(energy, meter) ?? isDisputed(energy);
  if (objection !== null) return isVoid(objection);
  return { ok: true, energy: { ...energy, power: powerCourse(inside, begin.timeMs) }, series };
}

/** Power under load is above idle power by at least this part of it, or this many watts. */
const LEAST_ABOVE_IDLE = 0.03;
const LEAST_WATTS_ABOVE_IDLE = 0.5;

/** Why a window's power is that of a board at rest; null if it is not, or nobody knows that. */
function isIdle({ watts }: EnergyMeasurement, { idleWatts, estimated }: MeterInfo): string | null {
  if (estimated || idleWatts === null) return null;
  const least = idleWatts + Math.max(LEAST_WATTS_ABOVE_IDLE, LEAST_ABOVE_IDLE * idleWatts);
  return watts >= least
    ? null
    : `${watts.toFixed(1)} W were drawn, ${idleWatts.toFixed(1)} W at rest: the launches do not show in the meter`;
}

/** Updates of a sensor, each long enough to hold a launch and to be a new one. */
function wholeUpdates(updates: readonly Update[], { updatePeriodMs }: MeterInfo): readonly Update[] {
  const launches = updates.reduce((sum, update) => sum + update.launches, 0);
  const launchMs = ((updates.at(-1)?.toMs ?? 0) - (updates[0]?.fromMs ?? 0)) / launches;
  // A tick may be seen a little early against the period.
  return groupUpdates(updates, Math.max(0.8 * (updatePeriodMs ?? 0), launchMs));
}

/** Why what is left of a window after its first `cut` updates is not one state of the board; null if it is. */
function unsteady(updates: readonly Update[], cut: number, meter: MeterInfo): WindowCut | null {
  const [before, whole] = [updates.slice(0, cut), updates.slice(cut)].map((part) =>
    wholeUpdates(part, meter),
  );
  const outlier = outlierAmong(whole ?? []);
  if (outlier !== null) return isVoid(outlier);
  const joulesOf = (part: readonly Update[] = []) =>
    part.map(({ joulesPerLaunch }) => joulesPerLaunch).filter(Number.isFinite);
  const change = changeIn(joulesOf(whole)) ?? leap(joulesOf(before), joulesOf(whole));
  if (change === null) return null;
  const reason = `the energy of a launch changed within the window, from ${shortJoules(change.from)} to ${shortJoules(change.to)}`;
  return { ok: false, reason, changed: change.sudden };
}

/** Why a window's counter is not believed; null if it is, or nothing checks it. */
function isDisputed({ disagreement = null }: EnergyMeasurement): string | null {
  if (disagreement === null || Math.abs(disagreement) <= TOLERATED_DISAGREEMENT) return null;
  const percent = Math.round(100 * Math.abs(disagreement));
  return `the energy counter and the power beside it contradict each other by ${percent} %`;
}

function shortJoules(joules: number): string {
  return `${joules.toPrecision(3)} J`;
}

/** Updates that are kept to be looked at. */
const KEPT_UPDATES = 120;

/** Power from tick to tick; several ticks together where there are many. */
function powerCourse(readings: readonly EnergyReading[], beginMs: number): readonly PowerUpdate[] {
  const ticks = findTicks(readings);
  const step = Math.ceil(ticks.length / KEPT_UPDATES);
  return ticks.flatMap((tick, i) => {
    const before = ticks[i - step];
    if (before === undefined || i % step !== 0) return [];
    const seconds = (before.timeMs + tick.timeMs) / 2000 - beginMs / 1000;
    return [{ seconds, watts: (1000 * (tick.joules - before.joules)) / (tick.timeMs - before.timeMs) }];
  });
}

/**
 * The longest silence of the counter if it is too long, else null. Where the update period is unknown only readings
 * that repeat a value count as silence: far apart readings may be the meter's way.
 */
function longestSilenceMs(
  ticks: readonly Tick[],
  lastReading: EnergyReading,
  updatePeriodMs: number | null,
): number | null {
  const spanMs = lastReading.timeMs - (ticks[0] as Tick).timeMs;
  const bearableMs = updatePeriodMs === null ? STILL_PART * spanMs : STILL_PERIODS * updatePeriodMs;
  let longest = 0;
  ticks.forEach((tick, i) => {
    const next = ticks[i + 1]?.timeMs ?? lastReading.timeMs;
    longest = Math.max(longest, (updatePeriodMs === null ? tick.heldUntilMs : next) - tick.timeMs);
  });
  return longest > bearableMs ? longest : null;
}

function toMeasurement(cut: {
  readonly first: Tick;
  readonly last: Tick;
  readonly launches: number;
  readonly series: readonly number[];
  readonly powers: readonly PowerReading[];
  readonly meter: MeterInfo;
}): EnergyMeasurement {
  const { first, last, launches, series, powers, meter } = cut;
  const seconds = (last.timeMs - first.timeMs) / 1000;
  const joules = last.joules - first.joules;
  const netJoules = meter.idleWatts === null ? null : (joules - meter.idleWatts * seconds) / launches;
  const lateSeconds = Math.max(first.lateByMs, last.lateByMs) / 1000;
  const integrated = integratedJoules(powers, first.timeMs, last.timeMs);
  const disagreement = integrated === null ? null : integrated / joules - 1;
  return {
    joules: joules / launches,
    netJoules,
    watts: joules / seconds,
    launches,
    seconds,
    estimated: meter.estimated,
    // What the counter's own step hides, and what may have run between a tick and its being seen.
    relativeResolution: (meter.resolutionJoules ?? 0) / joules + lateSeconds / seconds,
    relativeError: relativeErrorOf(series),
    ...(disagreement === null ? {} : { disagreement }),
  };
}
