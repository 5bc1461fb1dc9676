import { createRandom, type Random, shuffle } from '../stats/index.ts';
import { type BinnedMatrix, binMatrix } from './binning.ts';
import { BoostedTrees } from './boosted-trees.ts';
import type { FeatureMatrix } from './feature-matrix.ts';
import { growTree } from './grow-tree.ts';
import { HistogramPool } from './histogram.ts';
import { type Tree, treeValue } from './tree.ts';

export interface TreeOptions {
  readonly trees: number;
  readonly learningRate: number;
  readonly maxLeaves: number;
  readonly maxDepth: number;
  readonly minLeafRows: number;
  readonly l2: number;
  /** Share of the columns that each tree may use, in (0, 1]. */
  readonly columnShare: number;
  /** Each tree learns from at most this many rows, drawn anew, so that large models stay quick to fit. */
  readonly rowsPerTree: number;
  readonly maxBins: number;
  readonly seed: number;
  /**
   * Rows kept aside (`share` of them) decide how many trees help: the error there must have fallen within the last
   * `patience` trees. The final model has that many trees and learns from all rows. null: all trees are grown.
   */
  readonly earlyStopping: { readonly share: number; readonly patience: number } | null;
}

/** What the cost model and the search start from. */
export const defaultTreeOptions: TreeOptions = {
  trees: 300,
  learningRate: 0.08,
  maxLeaves: 16,
  maxDepth: 8,
  minLeafRows: 3,
  l2: 1,
  columnShare: 0.8,
  rowsPerTree: 4000,
  maxBins: 64,
  seed: 1,
  earlyStopping: null,
};

export interface TrainingData {
  readonly features: FeatureMatrix;
  /** One finite number per row. */
  readonly targets: Float64Array;
  /** One number per row, not negative; equal weights unless given. */
  readonly weights?: Float64Array;
}

interface Boosting {
  readonly binned: BinnedMatrix;
  readonly data: TrainingData;
  readonly weights: Float64Array;
  readonly rows: Int32Array;
  readonly options: TreeOptions;
  readonly random: Random;
}

function weightedMean(rows: Int32Array, targets: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let weight = 0;
  for (const row of rows) {
    sum += (weights[row] as number) * (targets[row] as number);
    weight += weights[row] as number;
  }
  return weight > 0 ? sum / weight : 0;
}

/** Every column with probability `share`, at least one. */
function chooseColumns(columns: number, share: number, random: Random): Int32Array {
  const chosen: number[] = [];
  for (let column = 0; column < columns; column++)
    if (share >= 1 || random.next() < share) chosen.push(column);
  if (chosen.length === 0 && columns > 0) chosen.push(random.integer(columns));
  return Int32Array.from(chosen);
}

/** All rows, or `count` of them without replacement, ascending. */
function drawRows(rows: Int32Array, count: number, random: Random): Int32Array {
  if (rows.length <= count) return rows;
  const left = Int32Array.from(rows);
  for (let i = 0; i < count; i++) {
    const j = i + random.integer(left.length - i);
    const held = left[i] as number;
    left[i] = left[j] as number;
    left[j] = held;
  }
  return left.subarray(0, count).sort();
}

/** Gradient boosting with squared loss. `onTree` sees each tree and may end it by returning false. */
function boost(task: Boosting, trees: number, onTree?: (tree: Tree, base: number) => boolean): BoostedTrees {
  const { binned, data, weights, rows, options, random } = task;
  const base = weightedMean(rows, data.targets, weights);
  const predictions = new Float64Array(binned.rows).fill(base);
  const weighted = new Float64Array(binned.rows);
  const pool = new HistogramPool(binned);
  const grown: Tree[] = [];
  const gain = new Float64Array(binned.columns);
  for (let t = 0; t < trees; t++) {
    const sample = drawRows(rows, options.rowsPerTree, random);
    for (const row of sample) {
      const residual = (data.targets[row] as number) - (predictions[row] as number);
      weighted[row] = (weights[row] as number) * residual;
    }
    const columns = chooseColumns(binned.columns, options.columnShare, random);
    const grow = { ...options, shrinkage: options.learningRate };
    const residuals = { weighted, weights };
    const step = growTree(binned, pool, { rows: sample, columns, residuals, options: grow });
    for (const row of rows) {
      const change =
        sample === rows
          ? (step.contribution[row] as number)
          : treeValue(step.tree, data.features.values, row * binned.columns);
      predictions[row] = (predictions[row] as number) + change;
    }
    step.gain.forEach((value, column) => {
      gain[column] = (gain[column] as number) + value;
    });
    grown.push(step.tree);
    if (onTree && !onTree(step.tree, base)) break;
  }
  return new BoostedTrees(binned.columns, base, grown, gain);
}

/** Number of trees after which the error on rows kept aside was lowest. */
function honestSize(task: Boosting, stopping: { share: number; patience: number }): number {
  const order = shuffle(Array.from(task.rows), task.random);
  const aside = order.slice(0, Math.max(1, Math.floor(order.length * stopping.share)));
  const rows = Int32Array.from(order.slice(aside.length)).sort();
  const { values, columns } = task.data.features;
  const predictions = new Float64Array(aside.length);
  let count = 0;
  let bestCount = 1;
  let bestError = Number.POSITIVE_INFINITY;
  boost({ ...task, rows }, task.options.trees, (tree, base) => {
    count++;
    let error = 0;
    aside.forEach((row, index) => {
      if (count === 1) predictions[index] = base;
      const value = (predictions[index] as number) + treeValue(tree, values, row * columns);
      predictions[index] = value;
      error += (task.weights[row] as number) * ((task.data.targets[row] as number) - value) ** 2;
    });
    if (error < bestError) {
      bestError = error;
      bestCount = count;
    }
    return count - bestCount < stopping.patience;
  });
  return bestCount;
}

function checkedWeights(data: TrainingData): Float64Array {
  const { rows } = data.features;
  const weights = data.weights ?? new Float64Array(rows).fill(1);
  if (rows === 0 || data.targets.length !== rows || weights.length !== rows) {
    throw new RangeError(
      `${rows} rows of features, ${data.targets.length} targets and ${weights.length} weights do not make a training set.`,
    );
  }
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weights[row] as number;
    if (!Number.isFinite(data.targets[row]) || !Number.isFinite(weight) || weight < 0) {
      throw new RangeError(`Row ${row} has target ${data.targets[row]} and weight ${weight}.`);
    }
    sum += weight;
  }
  // With a mean weight of 1 the L2 penalty means the same whatever the weights' scale.
  return sum > 0 ? weights.map((weight) => (weight * rows) / sum) : new Float64Array(rows).fill(1);
}

/**
 * Histogram gradient-boosted regression trees: squared loss, leaf-wise growth, missing values learn their side.
 * The same data and seed give the same trees to the bit. Throws RangeError on data that does not fit together.
 */
export function trainTrees(data: TrainingData, options: Partial<TreeOptions> = {}): BoostedTrees {
  const all = { ...defaultTreeOptions, ...options };
  const weights = checkedWeights(data);
  const binned = binMatrix(data.features, all.maxBins);
  const rows = Int32Array.from({ length: binned.rows }, (_, row) => row);
  const random = createRandom(all.seed);
  const task = { binned, data, weights, rows, options: all };
  const stopping = all.earlyStopping;
  // Fewer than ten rows kept aside would decide by chance.
  const decides = stopping !== null && rows.length * stopping.share >= 10;
  const trees = decides ? honestSize({ ...task, random: random.fork('honest') }, stopping) : all.trees;
  return boost({ ...task, random: random.fork('boost') }, trees);
}
