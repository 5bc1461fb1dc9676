import type { DeviceInfo } from './ports.ts';
import type { EnergyMeasurement, LatencyMeasurement } from './types.ts';

/** A window that launches fill by less than this is of a device that waits. */
const LEAST_BUSY = 0.5;

/**
 * How much of a window its launches fill, with what is put back between them: 0 to 1. Above 1 the timer's clock or the sensor's is off by a little.
 * @returns null where the timer counts the gaps as well
 */
export function busyShareOf(
  { timestamps }: Pick<DeviceInfo, 'timestamps'>,
  { launches, seconds, reset }: Pick<EnergyMeasurement, 'launches' | 'seconds' | 'reset'>,
  { medianMs }: Pick<LatencyMeasurement, 'medianMs'>,
): number | null {
  if (!timestamps) return null;
  return Math.min(1, (launches * medianMs) / (1000 * seconds) + (reset?.timeShare ?? 0));
}

/** Why a window of a sensor's is not the energy of launches: it is mostly that of waiting. null if it is, or estimated. */
export function waitingIn(
  share: number | null,
  { estimated }: Pick<EnergyMeasurement, 'estimated'>,
): string | null {
  if (share === null || estimated || share >= LEAST_BUSY) return null;
  return `launches fill ${(100 * share).toFixed(0)} % of the window: the rest is a device that waits`;
}
