import type { Outcome, Variant } from '../kernel/index.ts';
import { measureEnergy } from './energy.ts';
import { measureLatency } from './latency.ts';
import type { MeasureOptions } from './options.ts';
import type { Device, Meter } from './ports.ts';

/** What one turn of one arm gave. */
export interface Turn {
  /** null if the meter saw something that voids timing as well. */
  readonly latencyMs: number | null;
  readonly latencyResolution: number;
  /** null without a meter or if the window is void. */
  readonly joules: number | null;
  readonly energyResolution: number;
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
export async function takeTurn(
  bench: Bench,
  variant: Variant,
  options: MeasureOptions,
): Promise<Outcome<Turn>> {
  const energy = await takeEnergy(bench, variant, options);
  if (!energy.ok) return energy;
  const { joules, energyResolution, voidReasons, disturbed } = energy.value;
  const timed = await measureLatency({ device: bench.device, variant, options: options.time });
  if (!timed.ok) return timed;
  return {
    ok: true,
    value: {
      latencyMs: disturbed ? null : timed.value.medianMs,
      latencyResolution: timed.value.relativeResolution,
      joules,
      energyResolution,
      voidReasons,
    },
  };
}

type TurnEnergy = Omit<Turn, 'latencyMs' | 'latencyResolution'> & { readonly disturbed: boolean };

async function takeEnergy(
  { device, meter }: Bench,
  variant: Variant,
  options: MeasureOptions,
): Promise<Outcome<TurnEnergy>> {
  if (meter === null) {
    const heated = await device.run(variant, options.window.preheatMs);
    if (!heated.ok) return heated;
    return { ok: true, value: { joules: null, energyResolution: 0, voidReasons: [], disturbed: false } };
  }
  const window = await measureEnergy({ device, meter, variant, options: options.window });
  switch (window.status) {
    case 'failed':
      return { ok: false, failure: window.failure };
    case 'void':
      return {
        ok: true,
        value: {
          joules: null,
          energyResolution: 0,
          voidReasons: window.reasons,
          disturbed: window.disturbed,
        },
      };
    case 'valid':
      return {
        ok: true,
        value: {
          joules: window.energy.joules,
          energyResolution: window.energy.relativeResolution,
          voidReasons: [],
          disturbed: false,
        },
      };
  }
}
