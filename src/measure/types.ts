import type { VariantFailure } from '../kernel/index.ts';
import type { Configuration } from '../space/index.ts';

export interface LatencyMeasurement {
  readonly medianMs: number;
  /** Half the interquartile range over the median. */
  readonly relativeSpread: number;
  readonly samplesMs: readonly number[];
  readonly launchesPerSample: number;
}

export interface EnergyMeasurement {
  /** Gross energy per launch. */
  readonly joules: number;
  /** Energy per launch above idle; null when idle power is unknown. */
  readonly netJoules: number | null;
  readonly watts: number;
  readonly launches: number;
  readonly seconds: number;
  readonly estimated: boolean;
  /** Smallest relative difference the meter can show over this window. */
  readonly relativeResolution: number;
}

/** Everything known about one configuration. */
export interface Measurement {
  readonly configuration: Configuration;
  readonly latency: LatencyMeasurement | null;
  readonly energy: EnergyMeasurement | null;
  readonly failure: VariantFailure | null;
}

/** One side of a comparison: B base, H head, X head's sources at base's configuration, R head retuned. */
export type Arm = 'B' | 'H' | 'X' | 'R';

/** One arm of one kernel and workload in one block: the unit the judge reasons about. */
export interface BlockSample {
  readonly kernel: string;
  readonly workload: string;
  readonly arm: Arm;
  readonly block: number;
  readonly phase: 'flag' | 'confirm';
  /** Median over the block; null if void. */
  readonly latencyMs: number | null;
  /** Gross joules per launch; null if there is no meter or the window is void. */
  readonly joules: number | null;
  /** Smallest relative difference the timer and the meter can show. */
  readonly latencyResolution: number;
  readonly energyResolution: number;
  /** Why it is void; empty if it counts. */
  readonly voidReasons: readonly string[];
}
