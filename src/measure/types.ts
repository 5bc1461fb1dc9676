import type { VariantFailure } from '../kernel/index.ts';
import type { Configuration } from '../space/index.ts';
import type { BoardConditions } from './ports.ts';

export interface LatencyMeasurement {
  readonly medianMs: number;
  /** Half the interquartile range over the median. */
  readonly relativeSpread: number;
  readonly samplesMs: readonly number[];
  readonly launchesPerSample: number;
  /** Milliseconds per launch, beside its time, in which what it changes was put back; absent where nothing is. */
  readonly resetMs?: number;
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
  /**
   * Standard error of `joules` over `joules`, from how the meter's updates scatter; null or absent if they are too few to
   * tell. It knows nothing of what is constant within a window, such as a process's clocks.
   */
  readonly relativeError?: number | null;
  /** Integrated power over the counter's energy, less 1; null or absent if there is nothing to compare with. */
  readonly disagreement?: number | null;
  /** What the board was like; null or absent if the meter cannot say. */
  readonly conditions?: BoardConditions | null;
  /** What was taken off for putting back what launches change; absent where nothing is put back. */
  readonly reset?: ResetCost;
  /** Power over the stretch, preheating included, thinned; absent where the meter's updates are not kept. */
  readonly power?: readonly PowerUpdate[];
}

/** What putting back what launches change weighed in energy windows. */
export interface ResetCost {
  /** Joules per launch. */
  readonly joules: number;
  /** Part of the windows' time. */
  readonly timeShare: number;
}

/** Mean power over one update of the meter. */
export interface PowerUpdate {
  /** Middle of the update, since the launches began. */
  readonly seconds: number;
  readonly watts: number;
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
  /** What putting back what launches change weighed beside them; absent where nothing is put back. */
  readonly reset?: ResetShares;
  /** How its turns differed; absent where the variant failed, or nobody kept it. */
  readonly turns?: TurnSpread;
  /** The windows behind `joules`, all turns together; null or absent if there is no energy. */
  readonly window?: BlockWindow | null;
}

/** Parts of the whole that putting back what launches change takes, 0 to 1. It is in neither latency nor energy. */
export interface ResetShares {
  readonly time: number;
  /** null if there is no energy. */
  readonly energy: number | null;
}

/** How the turns of an arm in a block differed: what a block is to be made of follows from it. */
export interface TurnSpread {
  readonly count: number;
  /** Fresh processes that they were taken in, one after the other. */
  readonly processes: number;
  /** What the arm took of the block, its share of starting and heating included. */
  readonly seconds: number;
  /** Standard deviation of a turn over the mean; null if it was not measured in each of them. */
  readonly latencySd: number | null;
  readonly energySd: number | null;
}

/** What a reader needs to trust an arm's energy in a block by. */
export interface BlockWindow {
  /** Length and launches of all windows together. */
  readonly seconds: number;
  readonly launches: number;
  readonly watts: number;
  /** Energy of a launch above idle; null when idle power is unknown. */
  readonly netJoules: number | null;
  /** Standard error of the energy over it, see `EnergyMeasurement`; null if it cannot be told. */
  readonly relativeError: number | null;
  /** Counter against integrated power: the turn's that disagrees most; null if there is nothing to compare with. */
  readonly disagreement: number | null;
  /**
   * Part of the window in which the device computed: launches times the timed latency, the least of the turns; null where
   * the timer counts gaps as well.
   */
  readonly busyShare: number | null;
  /** Means over the turns; null if the meter cannot say. */
  readonly conditions: BoardConditions | null;
}
