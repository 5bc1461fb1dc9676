import { type BoostedTrees, featureMatrix, trainTrees } from '../../src/model/index.ts';
import type { Belief, Observation, Place, SurrogateModel } from '../../src/search/index.ts';
import { mean, moments, type Random } from '../../src/stats/index.ts';

/** Bootstrapped ensembles whose disagreement is the uncertainty. */
const members = 4;

const options = {
  trees: 60,
  learningRate: 0.12,
  maxLeaves: 16,
  maxDepth: 4,
  minLeafRows: 2,
  columnShare: 0.5,
};

/** In place of the Gaussian process: boosted trees on the same coordinates, each on rows drawn with replacement. */
export class TreeSurrogate implements SurrogateModel {
  readonly #random: Random;
  #trees: readonly BoostedTrees[] = [];
  /** Error on rows that a member did not learn from. */
  #error = 0.3;
  readonly #beliefs = new Map<string, Belief>();

  constructor(random: Random) {
    this.#random = random;
  }

  learn(observations: readonly Observation[]): void {
    const known = observations.filter(
      (row): row is Observation & { logCost: number } => row.logCost !== null,
    );
    const features = featureMatrix(
      known.map(({ coordinates }) => coordinates),
      known[0]?.coordinates.length ?? 0,
    );
    const targets = Float64Array.from(known, ({ logCost }) => logCost);
    const errors: number[] = [];
    this.#trees = Array.from({ length: members }, () => {
      const weights = new Float64Array(known.length);
      for (let i = 0; i < known.length; i++) {
        const drawn = this.#random.integer(known.length);
        weights[drawn] = (weights[drawn] as number) + 1;
      }
      const seed = this.#random.integer(2 ** 31);
      const trees = trainTrees({ features, targets, weights }, { ...options, seed });
      known.forEach((row, i) => {
        if (weights[i] === 0) errors.push((trees.predict(row.coordinates) - row.logCost) ** 2);
      });
      return trees;
    });
    if (errors.length > 0) this.#error = Math.sqrt(mean(errors));
    this.#beliefs.clear();
  }

  predict(place: Place): Belief {
    const known = this.#beliefs.get(place.key);
    if (known !== undefined) return known;
    const { mean: centre, variance } = moments(this.#trees.map((trees) => trees.predict(place.coordinates)));
    const belief = { mean: centre, deviation: Math.sqrt(variance + (0.3 * this.#error) ** 2) };
    this.#beliefs.set(place.key, belief);
    return belief;
  }

  compress(logCost: number): number {
    return logCost;
  }

  believe(): void {}

  retain(): void {}
}
