import type { Outcome, Variant } from '../kernel/index.ts';
import type { Random } from '../stats/index.ts';
import { busyShareOf, waitingIn } from './busy.ts';
import { measureEnergy } from './energy.ts';
import { measureLatency } from './latency.ts';
import type { MeasureOptions } from './options.ts';
import type { Device, Meter } from './ports.ts';
import { resetShares } from './resets.ts';
import type { EnergyMeasurement, ResetShares } from './types.ts';

/** What one turn of one arm gave. */
export interface Turn {
  /** null if the meter saw something that voids timing as well. */
  readonly latencyMs: number | null;
  readonly latencyResolution: number;
  /** null without a meter or if the window is void. */
  readonly energy: EnergyMeasurement | null;
  /** Part of the window in which the device computed; null without a window, or where the timer counts gaps as well. */
  readonly busyShare: number | null;
  /** What putting back what launches change weighed; null where nothing is put back. */
  readonly reset: ResetShares | null;
  readonly voidReasons: readonly string[];
}

/** An arm's device and the meter that goes with it. */
export interface Bench {
  readonly device: Device;
  readonly meter: Meter | null;
}

/**
 * Energy first, then latency: the window leaves the device warm, so the timer sees the steady state.
 *
 * Latency comes from the timer, not from the window's launches: the window's mean holds every interruption that the
 * host suffered and the gaps between batches, a median of timestamps holds neither.
 */
export async function takeTurn(request: {
  readonly bench: Bench;
  readonly variant: Variant;
  readonly options: MeasureOptions;
  readonly random: Random;
}): Promise<Outcome<Turn>> {
  const { bench, variant, options, random } = request;
  const energy = await takeEnergy(bench, variant, options, random);
  if (!energy.ok) return energy;
  const timed = await measureLatency({ device: bench.device, variant, options: options.time });
  if (!timed.ok) return timed;
  const { measured, voidReasons, disturbed } = energy.value;
  const busyShare = measured === null ? null : busyShareOf(bench.device.info, measured, timed.value);
  const waiting = measured === null ? null : waitingIn(busyShare, measured);
  return {
    ok: true,
    value: {
      latencyMs: disturbed ? null : timed.value.medianMs,
      latencyResolution: timed.value.relativeResolution,
      energy: waiting === null ? measured : null,
      busyShare,
      reset: resetShares(timed.value, measured),
      voidReasons: waiting === null ? voidReasons : [...voidReasons, waiting],
    },
  };
}

interface TurnEnergy {
  readonly measured: EnergyMeasurement | null;
  readonly voidReasons: readonly string[];
  readonly disturbed: boolean;
}

async function takeEnergy(
  { device, meter }: Bench,
  variant: Variant,
  { window }: MeasureOptions,
  random: Random,
): Promise<Outcome<TurnEnergy>> {
  if (meter === null) {
    const heated = await device.run(variant, window.preheatMs);
    if (!heated.ok) return heated;
    return { ok: true, value: { measured: null, voidReasons: [], disturbed: false } };
  }
  const outcome = await measureEnergy({ device, meter, variant, options: window, random });
  switch (outcome.status) {
    case 'failed':
      return { ok: false, failure: outcome.failure };
    case 'void': {
      const { reasons, disturbed } = outcome;
      return { ok: true, value: { measured: null, voidReasons: reasons, disturbed } };
    }
    case 'valid':
      return { ok: true, value: { measured: outcome.energy, voidReasons: [], disturbed: false } };
  }
}
