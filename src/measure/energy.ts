import { isReset } from '../kernel/index.ts';
import type { Random } from '../stats/index.ts';
import { combineCuts, type GoodCut } from './combine.ts';
import type { EnergyRequest, WindowOutcome } from './energy-request.ts';
import type { WindowOptions } from './options.ts';
import type { MeterInfo } from './ports.ts';
import { withoutResets } from './resets.ts';
import { type SampledStretch, sampleStretch } from './sampled-stretch.ts';
import { longestGapMs } from './series.ts';
import type { EnergyMeasurement } from './types.ts';
import { cutWindow, type WindowCut } from './window.ts';

/** So many standard errors above its rival an energy is clearly worse. */
const CLEARLY = 4;

/** A void window is tried this often before it is given up. */
const ATTEMPTS = 2;
/** Windows that one measurement is made of at most. */
const MOST_WINDOWS = 6;
/** A window is not shorter than this part of the first one: its ends and preheating would cost more than it tells. */
const SHORTEST_PART = 1 / 3;

/**
 * Measures the energy of a launch. Every window is one uninterrupted stretch, preheating and window in one go, because
 * a gap between them would let clocks and power fall again. If the updates of the first scatter too much for the
 * precision that is wanted, further windows are added, as long as it should take by what is known so far.
 *
 * A void window is retried once. If one stays void so does the measurement: what happened in it may have begun before.
 */
export async function measureEnergy(request: EnergyRequest): Promise<WindowOutcome> {
  const { device, meter, variant } = request;
  const unseen = (await meter.confirm?.(device, variant)) ?? null;
  if (unseen !== null) return { status: 'void', reasons: [unseen], disturbed: false };
  const before = (await meter.quiet?.()) ?? null;
  if (before !== null) return { status: 'void', reasons: [before], disturbed: true };
  const outcome = await measureLaunches(request);
  if (outcome.status !== 'valid') return outcome;
  // Who came unnoticed is still there.
  const after = (await meter.quiet?.()) ?? null;
  return after === null ? outcome : { status: 'void', reasons: [after], disturbed: true };
}

/** The energy of launches, without what was put back between them. */
async function measureLaunches(request: EnergyRequest): Promise<WindowOutcome> {
  if (!request.variant.program?.buffers.some(isReset)) return measureWindows(request);
  // What windows hold beside launches says nothing against a rival.
  const { rivalJoules, ...whole } = request;
  const outcome = await withoutResets(whole, await measureWindows(whole), measureWindows);
  if (outcome.status !== 'valid') return outcome;
  const { precision } = request.options;
  const { relativeError = null } = outcome.energy;
  if (precision === undefined || relativeError === null) return outcome;
  if (isClearlyAbove(outcome.energy, relativeError, rivalJoules)) return outcome;
  return ifPreciseEnough(outcome.energy, relativeError, precision);
}

function isClearlyAbove(
  { joules }: EnergyMeasurement,
  error: number,
  rivalJoules = Number.POSITIVE_INFINITY,
) {
  return joules * (1 - CLEARLY * error) > rivalJoules;
}

async function measureWindows(request: EnergyRequest): Promise<WindowOutcome> {
  const { windowMs, precision, longestMs = windowMs } = request.options;
  const cuts: GoodCut[] = [];
  for (let lengthMs = windowMs; ; ) {
    const taken = await takeWindow(request, lengthMs);
    if (taken.status !== 'valid') return taken;
    cuts.push(taken.cut);
    const energy = combineCuts(cuts);
    const { relativeError = null } = energy;
    if (precision === undefined || relativeError === null) return { status: 'valid', energy };
    if (isClearlyAbove(energy, relativeError, request.rivalJoules)) return { status: 'valid', energy };
    if (cuts.length >= MOST_WINDOWS) return ifPreciseEnough(energy, relativeError, precision);
    const doneMs = 1000 * energy.seconds;
    // A standard error falls with the square root of time.
    const missingMs = doneMs * ((relativeError / precision) ** 2 - 1);
    const leftMs = longestMs - doneMs;
    const leastMs = SHORTEST_PART * windowMs;
    if (missingMs <= 0 || leftMs < leastMs) return ifPreciseEnough(energy, relativeError, precision);
    lengthMs = Math.min(leftMs, Math.max(leastMs, missingMs));
  }
}

/** A standard error of more than so many times what was asked for, */
const TOLERATED_IMPRECISION = 4;
/** and of more than this, is no answer. */
const TOLERATED_ERROR = 0.02;

function ifPreciseEnough(energy: EnergyMeasurement, error: number, precision: number): WindowOutcome {
  if (error <= Math.max(TOLERATED_ERROR, TOLERATED_IMPRECISION * precision))
    return { status: 'valid', energy };
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  const reason = `the meter's updates scatter so much that the energy has a standard error of ${percent(error)}; ${percent(precision)} was wanted`;
  return { status: 'void', reasons: [reason], disturbed: false };
}

type Taken =
  | { readonly status: 'valid'; readonly cut: GoodCut }
  | Exclude<WindowOutcome, { readonly status: 'valid' }>;

/** One window of about `windowMs`, tried again if it is void. */
async function takeWindow(request: EnergyRequest, windowMs: number): Promise<Taken> {
  const { device, meter, variant } = request;
  const { updatePeriodMs, settledAfterMs } = meter.info;
  const preheatMs = Math.max(request.options.preheatMs, (settledAfterMs ?? 0) + (updatePeriodMs ?? 0));
  const options = { ...request.options, windowMs, preheatMs };
  // Room for the ticks on both sides of the window.
  let durationMs = options.preheatMs + windowMs + 2 * (updatePeriodMs ?? 0);
  const reasons: string[] = [];
  let disturbed = false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const delayMs = phaseDelayMs(meter.info, request.random);
    const { part = 'launches' } = request;
    const sampled = await sampleStretch({ device, meter, variant, durationMs, part, delayMs });
    if (!sampled.ok) return { status: 'failed', failure: sampled.failure };
    disturbed = sampled.value.disturbances.length > 0;
    const cut = cutSampled(sampled.value, meter.info, options);
    if (cut.ok) return { status: 'valid', cut };
    reasons.push(cut.reason);
    if (cut.changed === true) break;
    // Launches longer than the window leave too few readings in it: four of them are enough.
    durationMs = Math.max(
      durationMs,
      options.preheatMs + 4 * longestGapMs(sampled.value.stretch.completions),
    );
  }
  return { status: 'void', reasons, disturbed };
}

function cutSampled(sampled: SampledStretch, meter: MeterInfo, options: WindowOptions): WindowCut {
  const { stretch, readings, disturbances, evidence } = sampled;
  const objections = [...disturbances, ...(evidence?.faults ?? [])];
  if (objections.length > 0) return { ok: false, reason: objections.join('; ') };
  const { completions } = stretch;
  const cut = cutWindow({ completions, readings, powers: evidence?.powers ?? [], meter, options });
  const conditions = evidence?.conditions ?? null;
  return cut.ok && conditions !== null ? { ...cut, energy: { ...cut.energy, conditions } } : cut;
}

/**
 * A random part of the sensor's period, unless it is known to miss nothing. A sensor that looks 25 of every 100 ms always
 * sees the same part of a launch whose length divides its period. The phase of the two is set by when the stretch begins:
 * preheating for longer would not move it, since the same launches go on.
 */
function phaseDelayMs({ updatePeriodMs, sampledPart = null }: MeterInfo, random: Random | undefined): number {
  if (random === undefined || updatePeriodMs === null || sampledPart === 1) return 0;
  return random.next() * updatePeriodMs;
}
