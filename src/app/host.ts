import type { DeviceChoice } from '../device/index.ts';
import type { MeterChoice } from '../meter/index.ts';

/** What an entry hands to a mode: everything of the outside world that is not an adapter of its own. */
export interface Host {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Relative paths in arguments are meant from here. */
  readonly workingDirectory: string;
  /** Aborted on Ctrl-C or when the runner cancels the job. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Path of the worker bundle that runs the GPU process. */
  readonly workerPath: string;
  /**
   * Called before the first GPU process: where native parts may be fetched, this does it, and returns what is to be added
   * to the environment.
   */
  readonly ensureNative?: () => Promise<Readonly<Record<string, string>>>;
  /** Version of Joulegate. */
  readonly version: string;
  /** The command line as typed, for provenance. */
  readonly command: string;
  /** Wall-clock time, for dates in files. */
  now(): Date;
}

/** Where a long-running mode says what it is doing. Implemented by the entries. */
export interface Progress {
  /** A new stage begins. */
  stage(title: string): void;
  /** What is happening right now; replaces the previous status. */
  update(status: ProgressStatus): void;
  /** Something worth keeping on the screen. */
  note(text: string): void;
  warn(text: string): void;
}

export interface ProgressStatus {
  readonly text: string;
  /** Share of the current stage that is done, 0 to 1. */
  readonly share?: number;
  readonly secondsLeft?: number;
}

/** How a mode reaches the GPU. */
export interface LaboratoryOptions {
  readonly device: DeviceChoice;
  readonly meter: MeterChoice;
  /** Which sensor, where several fit: NVML's index, UUID or PCI address; a card (`card1`) for hwmon; a rail of a Jetson. */
  readonly sensor?: string;
  /** For the meter `command`: the program and its arguments. */
  readonly meterCommand?: readonly string[];
  /** Whether programs that a manifest names may be run; not unless given. */
  readonly allowCommands?: boolean;
  /** For `cpu-time`: watts a busy core is taken to draw. */
  readonly wattsPerCore?: number;
}

export interface ManifestOptions {
  /** Path of the manifest, relative to the working directory. */
  readonly manifest: string;
}

/** Restricts a mode to some kernels. */
export interface KernelFilter {
  /** Names of kernels; null means all. */
  readonly kernels: readonly string[] | null;
}
