import type { Dimension } from '../model/index.ts';
import type { Random } from '../stats/index.ts';
import { type Belief, type Observation, type Place, Surrogate } from './surrogate.ts';

/** Learns log costs of places, and predicts them. `Surrogate` is the one that the search uses. */
export interface SurrogateModel {
  /** Learns from everything tried so far; at least one observation has a cost. */
  learn(observations: readonly Observation[]): void;
  /** Compressed log cost at a place. */
  predict(place: Place): Belief;
  /** A log cost on the scale of `predict`. */
  compress(logCost: number): number;
  /** Takes for granted that `place` turns out as predicted. */
  believe(place: Place): void;
  /** Forgets what was worked out for places that are no candidates any more. */
  retain(keys: ReadonlySet<string>): void;
}

/** Parts of the method that can be replaced, so that it can be seen what each is worth (bench/search). */
export interface SearchMethods {
  /** Makes the models of log latency and log objective. */
  readonly surrogate: (dimensions: readonly Dimension[], random: Random) => SurrogateModel;
  /** Candidates are neighbours and offspring of the best; false: neighbours and random ones. */
  readonly genetic: boolean;
  /** Share of the trials whose energy is measured, in (0, 1]; null: it follows the model's error. */
  readonly energyShare: number | null;
}

/** What the search does unless it is told otherwise. */
export const standardMethods: SearchMethods = {
  surrogate: (dimensions, random) => new Surrogate(dimensions, random, { compress: true }),
  genetic: true,
  energyShare: null,
};
