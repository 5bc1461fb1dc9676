import { type BoostedTrees, featureMatrix, trainTrees } from '../model/index.ts';
import type { Point } from '../space/index.ts';
import type { Coordinates } from './coordinates.ts';
import type { Trial } from './ledger.ts';

/** A probability is never taken for certain: the trees have seen few failures. */
const lowest = 0.02;

/** Learns which configurations fail, from those that did. */
export class Validity {
  readonly #coordinates: Coordinates;
  readonly #seed: number;
  #trees: BoostedTrees | null = null;
  #learntFrom = 0;
  #failures = 0;
  readonly #known = new Map<string, number>();

  constructor(coordinates: Coordinates, seed: number) {
    this.#coordinates = coordinates;
    this.#seed = seed;
  }

  /** Refits if there are new failures, or a tenth more trials since the last time. */
  learn(trials: readonly Trial[]): void {
    const failures = trials.filter((trial) => trial.failure !== null).length;
    if (failures === 0) return;
    if (failures === this.#failures && trials.length < 1.1 * this.#learntFrom) return;
    // While trials are many and failures are few, a refit for each one costs more than it tells.
    if (trials.length < this.#learntFrom + Math.floor(this.#learntFrom / 50)) return;
    this.#failures = failures;
    this.#learntFrom = trials.length;
    this.#known.clear();
    const rows = trials.map((trial) => this.#coordinates.features(trial.point));
    this.#trees = trainTrees(
      {
        features: featureMatrix(rows, this.#coordinates.featureCount),
        targets: Float64Array.from(trials, (trial) => (trial.failure === null ? 1 : 0)),
      },
      {
        trees: 80,
        learningRate: 0.2,
        maxLeaves: 16,
        maxDepth: 4,
        minLeafRows: 2,
        columnShare: 0.8,
        rowsPerTree: 500,
        seed: this.#seed,
      },
    );
  }

  /** Probability that a configuration works, in [0.02, 1]; 1 as long as none failed. */
  probability(key: string, point: Point): number {
    if (this.#trees === null) return 1;
    let probability = this.#known.get(key);
    if (probability === undefined) {
      const value = this.#trees.predict(this.#coordinates.features(point));
      probability = Math.min(1, Math.max(lowest, value));
      this.#known.set(key, probability);
    }
    return probability;
  }

  /** Forgets what was worked out for places that are no candidates any more. */
  retain(keys: ReadonlySet<string>): void {
    for (const key of this.#known.keys()) if (!keys.has(key)) this.#known.delete(key);
  }
}
