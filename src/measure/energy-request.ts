import type { Variant, VariantFailure } from '../kernel/index.ts';
import type { Random } from '../stats/index.ts';
import type { WindowOptions } from './options.ts';
import type { Device, Meter, StretchPart } from './ports.ts';
import type { EnergyMeasurement } from './types.ts';

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

export interface EnergyRequest {
  readonly device: Pick<Device, 'run'>;
  readonly meter: Meter;
  readonly variant: Variant;
  readonly options: WindowOptions;
  /** Where the phase of a sensor that sees a part of the time comes from; without it stretches begin as they come. */
  readonly random?: Random;
  /** See `EnergyQuestion`; without it an energy is to be known as precisely as the options say. */
  readonly rivalJoules?: number;
  /** What of its launches; the launches unless given. */
  readonly part?: StretchPart;
}
