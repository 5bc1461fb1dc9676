import type { FeatureVector } from '../kernel/index.ts';

/** One measured variant as the cost model remembers it. */
export interface CostRow {
  /** Device family it was measured on. */
  readonly family: string;
  readonly kernel: string;
  readonly workload: string;
  /** `Program.identity`: a later measurement of the same program replaces this row. */
  readonly identity: string;
  readonly features: FeatureVector;
  readonly latencyMs: number;
  /** Mean power while it ran; null if energy was not measured. */
  readonly watts: number | null;
  readonly estimated: boolean;
}

export interface CostPrediction {
  readonly latencyMs: number;
  readonly watts: number;
}

/** What a kind of work costs on a device. */
export interface WorkCost {
  readonly what: string;
  /** Nanoseconds of a launch's latency for each of them, wherever it is done. */
  readonly nanoseconds: number;
}

/** Latency as a sum of work, each kind at a cost of its own. */
export interface WorkCosts {
  /** Every kind. */
  readonly costs: readonly WorkCost[];
  /** Milliseconds; more than nothing. */
  latencyMs(features: FeatureVector): number;
  /** What a change of a program does, and how sure the costs are of that: kinds that nothing was measured of leave it open. */
  change(
    base: FeatureVector,
    head: FeatureVector,
  ): {
    /** ln(latency of head / latency of base). */
    readonly logRatio: number;
    /** Its standard deviation by what the costs were fitted to, and by how far the guesses are trusted. */
    readonly deviation: number;
  };
}

/** Predicts latency and mean power of a variant from its static features. Energy is their product. */
export interface CostModel {
  readonly family: string;
  readonly featureNames: readonly string[];
  readonly rows: readonly CostRow[];
  /** What kinds of work cost; null while it knows too little, or where features are not those of programs. */
  readonly work: WorkCosts | null;
  /** null while it knows too little to predict. `watts` is NaN while only latency is known. */
  predict(features: FeatureVector): CostPrediction | null;
  /** A new model that also knows `rows`; refitted. */
  update(rows: readonly CostRow[]): CostModel;
}
