import type { Outcome, Variant } from '../kernel/index.ts';
import type { Device, EnergyReading, Meter, SensorEvidence, Stretch, StretchPart } from './ports.ts';

/** A stretch and everything the meter said during it. */
export interface SampledStretch {
  readonly stretch: Stretch;
  readonly readings: readonly EnergyReading[];
  readonly disturbances: readonly string[];
  readonly evidence: SensorEvidence | null;
}

/** Runs a stretch while the meter samples. However it ends, the meter's session ends with it. */
export async function sampleStretch(request: {
  readonly device: Pick<Device, 'run'>;
  readonly meter: Meter;
  readonly variant: Variant;
  readonly durationMs: number;
  /** Unless given, the launches. */
  readonly part?: StretchPart;
  /** How long to wait before, for another phase of the sensor; 0: not at all. */
  readonly delayMs: number;
}): Promise<Outcome<SampledStretch>> {
  const { meter, delayMs } = request;
  const session = await (delayMs > 0 ? meter.start({ delayMs }) : meter.start());
  let sampling = true;
  try {
    const run = await request.device.run(request.variant, request.durationMs, request.part ?? 'launches');
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
