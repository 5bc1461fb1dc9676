import { mean } from '../stats/index.ts';
import type { EnergyRequest, WindowOutcome } from './energy-request.ts';
import type { Completion } from './ports.ts';
import type { EnergyMeasurement, LatencyMeasurement, ResetCost, ResetShares } from './types.ts';

/** A stretch of what is put back alone, to know how long it takes. */
const PROBE_MS = 60;
/** Below this part of the time it is taken to draw the power of the rest, give or take half. */
const SMALL_SHARE = 0.005;
/** Above this part of the energy, what is left of it after taking that off is no answer. */
const MOST_SHARE = 0.75;
/** No window is needed that knows what is put back better than this. */
const LEAST_PRECISION = 0.1;

/**
 * Takes off what putting back what launches change drew. Windows of launches hold it; windows of it alone say how much it is.
 * It is measured as precisely as its part of the whole asks for, and its uncertainty is part of what is left.
 *
 * @param request of a variant for whose launches something is put back
 * @param whole the windows of launches
 * @param measure windows of a request
 */
export async function withoutResets(
  request: EnergyRequest,
  whole: WindowOutcome,
  measure: (request: EnergyRequest) => Promise<WindowOutcome>,
): Promise<WindowOutcome> {
  const { device, variant, options } = request;
  if (whole.status !== 'valid') return whole;
  const probe = await device.run(variant, PROBE_MS, 'resets');
  if (!probe.ok) return { status: 'failed', failure: probe.failure };
  const { energy } = whole;
  const timeShare = Math.min(
    1,
    (secondsPerLaunch(probe.value.completions) * energy.launches) / energy.seconds,
  );
  if (timeShare < SMALL_SHARE) {
    const reset = { joules: timeShare * energy.joules, timeShare };
    const netJoules = energy.netJoules === null ? null : timeShare * energy.netJoules;
    return judged(takenOff(energy, { ...reset, netJoules, relativeError: 0.5, relativeResolution: 0 }));
  }
  const { precision } = options;
  const wanted =
    precision === undefined ? {} : { precision: Math.min(LEAST_PRECISION, precision / timeShare) };
  const alone = await measure({ ...request, part: 'resets', options: { ...options, ...wanted } });
  if (alone.status === 'failed') return alone;
  if (alone.status === 'void') {
    const reasons = alone.reasons.map((reason) => `while only what launches change was put back: ${reason}`);
    return { ...alone, reasons };
  }
  const { joules, netJoules, relativeError = null, relativeResolution } = alone.energy;
  return judged(takenOff(energy, { joules, netJoules, relativeError, relativeResolution, timeShare }));
}

function secondsPerLaunch(completions: readonly Completion[]): number {
  const [first, last] = [completions[0], completions.at(-1)];
  const launches = (last?.launches ?? 0) - (first?.launches ?? 0);
  return launches <= 0 ? 0 : ((last?.timeMs ?? 0) - (first?.timeMs ?? 0)) / 1000 / launches;
}

interface Resets extends ResetCost {
  readonly netJoules: number | null;
  /** Standard error of `joules` over it; null if it cannot be told. */
  readonly relativeError: number | null;
  readonly relativeResolution: number;
}

/** The energy of launches alone. Errors are independent, and grow relative to what is left. */
function takenOff(whole: EnergyMeasurement, resets: Resets): EnergyMeasurement {
  const joules = whole.joules - resets.joules;
  const net = [whole.netJoules, resets.netJoules];
  const error = [whole.relativeError ?? null, resets.relativeError];
  return {
    ...whole,
    joules,
    netJoules: net[0] == null || net[1] == null ? null : net[0] - net[1],
    relativeResolution:
      (whole.relativeResolution * whole.joules + resets.relativeResolution * resets.joules) / joules,
    relativeError:
      error[0] == null || error[1] == null
        ? null
        : Math.hypot(error[0] * whole.joules, error[1] * resets.joules) / joules,
    reset: { joules: resets.joules, timeShare: resets.timeShare },
  };
}

function judged(energy: EnergyMeasurement): WindowOutcome {
  const share = resetEnergyShare(energy) ?? 0;
  if (energy.joules > 0 && share <= MOST_SHARE) return { status: 'valid', energy };
  const percent = Math.round(100 * Math.min(1, share));
  const reason = `putting back what launches change takes ${percent} % of the energy: too little is left for the launches`;
  return { status: 'void', reasons: [reason], disturbed: false };
}

/** Part of all energy that putting back took; null where nothing is put back. */
function resetEnergyShare({ joules, reset }: Pick<EnergyMeasurement, 'joules' | 'reset'>): number | null {
  return reset === undefined ? null : reset.joules / (joules + reset.joules);
}

/** What putting back weighed beside launches; null where nothing is put back. */
export function resetShares(
  { medianMs, resetMs }: Pick<LatencyMeasurement, 'medianMs' | 'resetMs'>,
  energy: Pick<EnergyMeasurement, 'joules' | 'reset'> | null,
): ResetShares | null {
  if (resetMs === undefined) return null;
  return { time: resetMs / (medianMs + resetMs), energy: energy === null ? null : resetEnergyShare(energy) };
}

/** The same over several turns; null where nothing is put back. */
export function meanResetShares(turns: readonly (ResetShares | null)[]): ResetShares | null {
  const known = turns.filter((shares) => shares !== null);
  if (known.length === 0) return null;
  const energies = known.map(({ energy }) => energy).filter((share) => share !== null);
  return {
    time: mean(known.map(({ time }) => time)),
    energy: energies.length === 0 ? null : mean(energies),
  };
}
