import type { Outcome, Variant, VariantFailure } from '../kernel/index.ts';
import type { WindowOptions } from './options.ts';
import type { Device, EnergyReading, Meter, SensorEvidence, Stretch } from './ports.ts';
import { longestGapMs } from './series.ts';
import type { EnergyMeasurement } from './types.ts';
import { cutWindow, type WindowCut } from './window.ts';

/** What became of an energy window. */
export type WindowOutcome =
  | { readonly status: 'valid'; readonly energy: EnergyMeasurement }
  | {
      readonly status: 'void';
      /** One per attempt, oldest first. */
      readonly reasons: readonly string[];
      /** The meter saw something that makes timing worthless too, such as a thermal slowdown. */
      readonly disturbed: boolean;
    }
  | { readonly status: 'failed'; readonly failure: VariantFailure };

/** A void window is tried this often before it is given up. */
const ATTEMPTS = 2;

/**
 * Measures the energy of a launch over one uninterrupted stretch: preheating and window in one go, because a gap
 * between them would let clocks and power fall again. A void window is retried once.
 */
export async function measureEnergy(request: {
  readonly device: Device;
  readonly meter: Meter;
  readonly variant: Variant;
  readonly options: WindowOptions;
}): Promise<WindowOutcome> {
  const { device, meter, variant, options } = request;
  // Room for the ticks on both sides of the window.
  let durationMs = options.preheatMs + options.windowMs + 2 * (meter.info.updatePeriodMs ?? 0);
  const reasons: string[] = [];
  let disturbed = false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const sampled = await sampleStretch({ device, meter, variant, durationMs });
    if (!sampled.ok) return { status: 'failed', failure: sampled.failure };
    const { stretch, readings, disturbances, evidence } = sampled.value;
    disturbed = disturbances.length > 0;
    const objections = [...disturbances, ...(evidence?.faults ?? [])];
    const { completions } = stretch;
    const powers = evidence?.powers ?? [];
    const cut: WindowCut =
      objections.length > 0
        ? { ok: false, reason: objections.join('; ') }
        : cutWindow({ completions, readings, powers, meter: meter.info, options });
    if (cut.ok) {
      const conditions = evidence?.conditions ?? null;
      return { status: 'valid', energy: conditions === null ? cut.energy : { ...cut.energy, conditions } };
    }
    reasons.push(cut.reason);
    // Launches longer than the window leave too few readings in it: four of them are enough.
    durationMs = Math.max(durationMs, options.preheatMs + 4 * longestGapMs(stretch.completions));
  }
  return { status: 'void', reasons, disturbed };
}

interface SampledStretch {
  readonly stretch: Stretch;
  readonly readings: readonly EnergyReading[];
  readonly disturbances: readonly string[];
  readonly evidence: SensorEvidence | null;
}

/** Runs a stretch while the meter samples. However it ends, the meter's session ends with it. */
async function sampleStretch(request: {
  readonly device: Device;
  readonly meter: Meter;
  readonly variant: Variant;
  readonly durationMs: number;
}): Promise<Outcome<SampledStretch>> {
  const session = await request.meter.start();
  let sampling = true;
  try {
    const run = await request.device.run(request.variant, request.durationMs);
    if (!run.ok) return run;
    sampling = false;
    const readings = await session.stop(run.value);
    const disturbances = session.disturbances?.() ?? [];
    const evidence = session.evidence?.() ?? null;
    return { ok: true, value: { stretch: run.value, readings, disturbances, evidence } };
  } finally {
    if (sampling) await session.cancel();
  }
}
