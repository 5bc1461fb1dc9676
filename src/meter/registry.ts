import type { Device, Meter } from '../measure/index.ts';

/** What a meter may need to know to be opened. */
export interface MeterContext {
  readonly device: Pick<Device, 'info'>;
  /** For `cpu-time`: what a busy CPU core is taken to draw. */
  readonly wattsPerCore: number;
}

/** A kind of meter: one file each, listed in `open-meter.ts`. */
export interface MeterKind {
  readonly name: 'cpu-time';
  /** null if it can read this device, else why not: a clause for `no cpu-time: …`. */
  obstacle(context: MeterContext): string | null;
  /** Only called if there is no obstacle. @returns the meter and why it was picked, one sentence. */
  open(context: MeterContext): Promise<{ readonly meter: Meter; readonly reason: string }>;
}
