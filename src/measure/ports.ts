/**
 * What measuring needs from the outside. Adapters (`src/device`, `src/meter`) implement these;
 * the core never sees a process, a driver or a file.
 */
import type { Outcome, Variant } from '../kernel/index.ts';
import type { DeviceLimits } from '../manifest/index.ts';

export interface DeviceInfo {
  /** `host`: no adapter was found, and none is needed by programs of other kinds. */
  readonly backend: 'webgpu' | 'host' | 'replay';
  /** Stable, safe in file names and cache keys: `nvidia-h200`, `mesa-llvmpipe`. Names a device family. */
  readonly family: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly driver: string;
  /** True for adapters that run on the CPU. */
  readonly software: boolean;
  readonly features: readonly string[];
  readonly limits: DeviceLimits;
  /** True if kernels are timed with timestamp queries, false if by the wall clock. */
  readonly timestamps: boolean;
}

export interface TimeOptions {
  /** Number of samples. */
  readonly samples: number;
  /** Launches are batched until one sample takes at least this long. */
  readonly minSampleMs: number;
  /** Stop early once this much time is spent, with at least three samples. */
  readonly maxMs: number;
}

export interface LatencySamples {
  /** Milliseconds per launch, one entry per sample, in the order taken. */
  readonly samplesMs: readonly number[];
  readonly launchesPerSample: number;
  /** Smallest difference the timer can show, in milliseconds per launch. */
  readonly resolutionMs: number;
  /** Milliseconds per launch, beside its time, in which what it changes was put back; absent where nothing is. */
  readonly resetMs?: number;
}

/** What one pass of a launch takes, from the end of the one before; with gaps between passes, which launches do not have. */
export interface PassTime {
  readonly name: string;
  /** Median of some launches, in milliseconds. */
  readonly latencyMs: number;
}

/** How far a stretch of uninterrupted launches had come at a moment of the monotonic clock. */
export interface Completion {
  readonly timeMs: number;
  /** Launches completed since the stretch began. */
  readonly launches: number;
  /** CPU seconds the device's process used so far; null where that means nothing. */
  readonly cpuSeconds: number | null;
}

/** What a stretch is made of: launches, with what is put back before them, or only that putting back. */
export type StretchPart = 'launches' | 'resets';

/** A stretch of launches with the queue kept full. */
export interface Stretch {
  readonly variant: Variant;
  readonly completions: readonly Completion[];
}

/** What is to be said of outputs that are right: NaN and infinity in them. null if there is nothing. */
export type Remarks = readonly string[] | null;

/** How thoroughly a variant is compared. */
export interface VerifyOptions {
  /** Whether its indices may be beyond its buffers: looking takes compiling another program. Looked at unless false. */
  readonly indices?: boolean;
  /** Whether a program of another kind gets a process that ran no other configuration before. It need not unless given. */
  readonly fresh?: boolean;
}

/** What checked outputs hold after a launch, by their names. */
export type Outputs = ReadonlyMap<string, Uint8Array>;

/** Compiles and runs variants. A failing variant is an `Outcome`; only a device that is gone for good throws. */
export interface Device {
  readonly info: DeviceInfo;
  /** Compiles and warms up; a device keeps a bounded number of prepared variants. */
  prepare(variant: Variant): Promise<Outcome<null>>;
  /** Says that a variant will be prepared soon: a device that can compiles it meanwhile. Its failure is told by `prepare`. */
  expect?(variant: Variant): void;
  /** Runs both on the same inputs, outputs poisoned first, and compares. */
  verify(variant: Variant, reference: Variant, options?: VerifyOptions): Promise<Outcome<Remarks>>;
  /**
   * What a launch writes that follows `launches` others: of a program of another kind in a process of its own, of WGSL from the
   * described contents. Absent, or null: this device cannot tell.
   */
  outputs?(variant: Variant, launches: number): Promise<Outcome<Outputs | null>>;
  time(variant: Variant, options: TimeOptions): Promise<Outcome<LatencySamples>>;
  /**
   * Times each pass of a variant that has several, in order. Absent, or null: this device cannot.
   * @param maxMs ends it early, after three launches at least
   */
  timePasses?(variant: Variant, maxMs: number): Promise<Outcome<readonly PassTime[] | null>>;
  /**
   * Launches `variant` without a gap for at least `durationMs`.
   * @param part `resets`: what would be put back for the launches, without them; the launches unless given
   */
  run(variant: Variant, durationMs: number, part?: StretchPart): Promise<Outcome<Stretch>>;
  /** Lets go of what is prepared, so that others have the GPU to themselves; the next request prepares it again. */
  rest?(): Promise<void>;
  close(): Promise<void>;
}

export interface MeterInfo {
  /** Kind of meter: small letters, digits and dashes. */
  readonly name: string;
  /** What was read, for people: `CPU time x 15 W per core`. */
  readonly description: string;
  /** Energy that no sensor measured. */
  readonly estimated: boolean;
  readonly updatePeriodMs: number | null;
  readonly resolutionJoules: number | null;
  readonly idleWatts: number | null;
  /**
   * Part of the time that the sensor sees: 0.25 for one that looks 25 of every 100 ms, 1 for one that misses nothing.
   * null or absent: unknown.
   */
  readonly sampledPart?: number | null;
  /**
   * Time after which readings are within half a percent of a step of the power, as measured with loads; null or absent:
   * unknown. A window begins so long after its launches at the earliest.
   */
  readonly settledAfterMs?: number | null;
  /** What the joules include; null or absent: nobody says. */
  readonly scope?: SensorScope | null;
}

/** What a sensor's joules include, from the chip alone to all that hangs on a socket of the wall. */
export type SensorScope = 'GPU' | 'board' | 'module' | 'package' | 'socket' | 'outlet';

/** A reading of accumulated energy on the same monotonic clock as completions. */
export interface EnergyReading {
  readonly timeMs: number;
  readonly joules: number;
}

/** Power as a sensor reports it, on the same clock. */
export interface PowerReading {
  readonly timeMs: number;
  readonly watts: number;
}

/** What the board was like during a window; null where the sensor does not say. */
export interface BoardConditions {
  readonly smMhz: number | null;
  readonly memoryMhz: number | null;
  readonly celsius: number | null;
  /** Part of the time in which the power limit held the clocks down: normal at full load, so never void. */
  readonly powerCappedPart: number | null;
}

/** What a sensor noticed beside the energy itself. */
export interface SensorEvidence {
  /** Power read beside the counter, to check one against the other; empty if there is nothing to check with. */
  readonly powers: readonly PowerReading[];
  /** Why these readings are no energy, whatever their values; timing is not touched by it. */
  readonly faults: readonly string[];
  readonly conditions: BoardConditions | null;
}

export interface MeterSession {
  /** Ends sampling. Meters that derive energy from the device's own figures take them from `stretch`. */
  stop(stretch: Stretch): Promise<readonly EnergyReading[]>;
  /** Ends sampling of a stretch that failed. */
  cancel(): Promise<void>;
  /**
   * Asked after `stop`: what the sensor saw that voids the stretch, energy and latency alike (thermal or hardware
   * slowdown, a shifted clock, another process on the GPU). Absent: the sensor cannot tell.
   */
  disturbances?(): readonly string[];
  /** Asked after `stop`. Absent: the sensor has nothing to add to its readings. */
  evidence?(): SensorEvidence;
}

export interface Meter {
  readonly info: MeterInfo;
  /**
   * Begins to sample. A meter whose sensor may see only a part of the time waits `delayMs` before: that puts the stretch
   * that follows at another phase of the sensor. Meters that see everything need not.
   */
  start(options?: { readonly delayMs: number }): Promise<MeterSession>;
  /**
   * Makes sure that this meter sees what the device does with a variant, by putting loads on the device the first time that one
   * of its kind (a program, or a shader on the adapter) is measured. Absent: the meter's energy comes from the device itself.
   * @returns why it does not: a clause; null if it does
   */
  confirm?(device: Pick<Device, 'run'>, variant: Variant): Promise<string | null>;
  /**
   * Waits until the meter shows that nothing runs. Absent: the meter sees the device's own work only.
   * @returns why that does not happen: a clause; null if it does, or cannot be told
   */
  quiet?(): Promise<string | null>;
  close(): Promise<void>;
}

export interface Clock {
  /** Monotonic milliseconds; comparable between processes of one host. */
  nowMs(): number;
}
