import type { FeatureMatrix } from './feature-matrix.ts';
import { type Tree, treeValue } from './tree.ts';

/** A sum of regression trees. Immutable; made by `trainTrees`. */
export class BoostedTrees {
  readonly columns: number;
  readonly #base: number;
  readonly #trees: readonly Tree[];
  /** Share of the total gain that each column brought; all zero if no tree has a split. */
  readonly importances: Float64Array;

  constructor(columns: number, base: number, trees: readonly Tree[], gain: Float64Array) {
    this.columns = columns;
    this.#base = base;
    this.#trees = trees;
    const total = gain.reduce((sum, value) => sum + value, 0);
    this.importances = gain.map((value) => (total > 0 ? value / total : 0));
  }

  /** Number of trees. */
  get size(): number {
    return this.#trees.length;
  }

  /** Prediction for one row of `columns` features, NaN where missing. */
  predict(features: ArrayLike<number>): number {
    if (features.length !== this.columns) {
      throw new RangeError(`Expected ${this.columns} features, got ${features.length}.`);
    }
    return this.#sum(features, 0);
  }

  /** Predictions for every row of `matrix`. */
  predictAll(matrix: FeatureMatrix): Float64Array {
    if (matrix.columns !== this.columns) {
      throw new RangeError(`Expected ${this.columns} features, got ${matrix.columns}.`);
    }
    const { rows, columns, values } = matrix;
    const sums = new Float64Array(rows).fill(this.#base);
    // Tree by tree, so that each stays in the processor's cache; every row's sum keeps its order.
    for (const tree of this.#trees) {
      for (let row = 0; row < rows; row++)
        sums[row] = (sums[row] as number) + treeValue(tree, values, row * columns);
    }
    return sums;
  }

  #sum(features: ArrayLike<number>, offset: number): number {
    let sum = this.#base;
    for (const tree of this.#trees) sum += treeValue(tree, features, offset);
    return sum;
  }
}
