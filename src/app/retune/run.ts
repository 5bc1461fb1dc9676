import type { Budget, KernelDefinition } from '../../manifest/index.ts';
import type { BlockSample, DeviceInfo } from '../../measure/index.ts';
import type { Recording, Tuned } from '../../store/index.ts';
import type { Host, KernelFilter, LaboratoryOptions, ManifestOptions } from '../host.ts';
import type { Laboratory } from '../laboratory/index.ts';
import type { OpenedManifest, ReportPlace } from '../project/index.ts';

/** The report's folder gets recordings of all trials too. */
export interface RetuneOptions extends ManifestOptions, LaboratoryOptions, KernelFilter, ReportPlace {
  /** Which of the manifest's budgets applies. */
  readonly budget: 'guard' | 'retune';
  /** Overrides of that budget, per kernel and workload. */
  readonly trials?: number;
  readonly seconds?: number;
  /** Ends the whole run in time: kernels that are left are named, not tuned. */
  readonly maxMinutes?: number;
  readonly seed: number;
  /** The cost model kept between runs; below the state folder unless given. */
  readonly model?: string;
  /** Where the tuned state goes; the manifest's own unless given. */
  readonly out?: string;
  /** Recordings of other devices to learn from: files, and folders of them. */
  readonly from?: readonly string[];
  /** Folder for the final WGSL of the finalists and of the incumbent; not kept unless given. */
  readonly keep?: string;
  /** None unless given: then the noise is not measured either. */
  readonly memory?: RetuneMemory;
}

/** What lasts beyond a retune, besides its files. */
export interface RetuneMemory {
  /**
   * Called once the device is known and before the model is read: the moment to put a kept model in its place.
   * @returns a tuned state that is tried early, but decides nothing; null without one
   */
  restore(device: DeviceInfo): Promise<Tuned | null>;
  /** Takes A/A blocks, measured in the time that comparing leaves. */
  keepNoise(samples: readonly BlockSample[]): void;
}

/** A retune on an open laboratory. */
export interface RetuneRun {
  readonly host: Host;
  readonly options: RetuneOptions;
  readonly opened: OpenedManifest;
  readonly laboratory: Laboratory;
  readonly tuned: Tuned;
  /** A tuned state of earlier runs that was not adopted, or not yet; only where to start from. */
  readonly hints: Tuned | null;
  /** Of other devices. */
  readonly recordings: readonly Recording[];
  readonly stateFolder: string | null;
  /** On the laboratory's clock. */
  readonly deadlineMs: number;
}

/** What each kernel and workload may take. */
export function budgetOf({ options, opened }: RetuneRun): Budget {
  const budget = opened.manifest.budget[options.budget];
  return {
    ...budget,
    trials: options.trials ?? budget.trials,
    searchSeconds: options.seconds ?? budget.searchSeconds,
  };
}

/** A sentinel is never tuned, unless it is asked for by name: it has to stay what it is. */
export function isTuned(kernel: KernelDefinition, options: RetuneOptions): boolean {
  return !kernel.sentinel || (options.kernels?.includes(kernel.name) ?? false);
}
