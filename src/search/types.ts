import type { FeatureVector, Outcome } from '../kernel/index.ts';
import type { Objective } from '../manifest/index.ts';
import type { Clock, EnergyMeasurement, LatencyMeasurement, Measurement } from '../measure/index.ts';
import type { CostModel } from '../model/index.ts';
import type { Configuration, Space } from '../space/index.ts';
import type { SearchMethods } from './methods.ts';
import type { OtherDevice } from './other-device.ts';

/** What the search can ask of the laboratory. Implemented on a device and meter, or on a recording. */
export interface Trials {
  /** Compiles, verifies and times a configuration (milliseconds of device time). */
  latency(configuration: Configuration): Promise<Outcome<LatencyMeasurement>>;
  /**
   * Measures energy (seconds of device time). Only called after `latency` succeeded.
   * @param question.rivalJoules above which the configuration is worse than the best so far: how much worse matters little
   */
  energy(
    configuration: Configuration,
    question?: { readonly rivalJoules: number },
  ): Promise<Outcome<EnergyMeasurement>>;
  /** Says that a configuration comes soon, so that it may be compiled meanwhile. */
  expect?(configuration: Configuration): void;
  /** Static features; null where there is no program (replay). */
  features(configuration: Configuration): Promise<FeatureVector | null>;
  /** False: the search minimises latency and says so. */
  readonly measuresEnergy: boolean;
}

export interface SearchTask {
  readonly space: Space;
  readonly trials: Trials;
  readonly objective: Objective;
  /** `trials` counts configurations tried, failures included. */
  readonly budget: { readonly trials: number; readonly seconds: number };
  readonly seed: number;
  /** Known good configurations, tried first: tuned state, default, model file. */
  readonly start: readonly Configuration[];
  readonly costModel: CostModel | null;
  /** What another device of the same kernel and workload needed; it helps where it is of the same vendor and ranks alike. */
  readonly otherDevice?: OtherDevice;
  /** Measurements of an interrupted search; never measured again. */
  readonly known?: readonly Measurement[];
  readonly clock: Clock;
  /** Trials without an improvement after which the search may be called converged; see `Convergence`. */
  readonly patience?: number;
  /** Parts of the method to replace; for comparisons only. */
  readonly methods?: Partial<SearchMethods>;
  readonly signal?: AbortSignal;
  /** Called after every round; awaiting it lets the caller save state. */
  readonly onRound?: (progress: SearchProgress) => void | Promise<void>;
}

export interface SearchProgress {
  readonly round: number;
  readonly trials: number;
  readonly energyMeasurements: number;
  readonly failures: number;
  readonly best: Measurement | null;
  /** Objective value of `best`: joules, milliseconds, or joule-seconds. */
  readonly bestObjective: number | null;
  readonly elapsedSeconds: number;
  readonly measurements: readonly Measurement[];
}

export type StopReason = 'trials' | 'seconds' | 'converged' | 'exhausted' | 'interrupted';

export interface SearchResult {
  /** null only if no configuration worked. */
  readonly best: Measurement | null;
  readonly bestObjective: number | null;
  /** Fastest configuration seen. */
  readonly fastest: Measurement | null;
  /** Best few by objective, for a side-by-side re-measurement in fresh blocks. */
  readonly finalists: readonly Measurement[];
  /** Every configuration tried, in order. */
  readonly measurements: readonly Measurement[];
  readonly energyMeasurements: number;
  /** Best objective after each trial (null before the first success). */
  readonly convergence: readonly (number | null)[];
  /** Pareto front of energy and latency among those measured for both. */
  readonly pareto: readonly Measurement[];
  readonly stopped: StopReason;
}
