import type { Outcome, Variant } from '../kernel/index.ts';
import { quantile, sortSamples } from '../stats/index.ts';
import type { Device, TimeOptions } from './ports.ts';
import type { LatencyMeasurement } from './types.ts';

/** A latency measurement that also knows how finely the timer can tell. */
export interface TimedLatency extends LatencyMeasurement {
  /** Smallest difference the timer can show, over the median. */
  readonly relativeResolution: number;
}

/**
 * Times a variant. The median stands for it: a sample that another process or an interrupt fell into moves a mean,
 * not a median.
 */
export async function measureLatency(request: {
  readonly device: Device;
  readonly variant: Variant;
  readonly options: TimeOptions;
}): Promise<Outcome<TimedLatency>> {
  const timed = await request.device.time(request.variant, request.options);
  if (!timed.ok) return timed;
  const { samplesMs, launchesPerSample, resolutionMs, resetMs } = timed.value;
  const usable = samplesMs.length > 0 && samplesMs.every((sample) => Number.isFinite(sample) && sample >= 0);
  const medianMs = usable ? quantile(sortSamples(samplesMs), 0.5) : 0;
  if (medianMs <= 0) {
    const message = `the timer of ${request.device.info.description} gave no usable time for ${request.variant.id}`;
    return { ok: false, failure: { kind: 'void-window', message } };
  }
  const sorted = sortSamples(samplesMs);
  return {
    ok: true,
    value: {
      medianMs,
      relativeSpread: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2 / medianMs,
      samplesMs,
      launchesPerSample,
      ...(resetMs === undefined ? {} : { resetMs }),
      relativeResolution: resolutionMs / medianMs,
    },
  };
}
