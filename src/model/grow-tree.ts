import { bestSplit, type NodeTotals, type Split, type SplitLimits } from './best-split.ts';
import { type BinnedMatrix, missingBin } from './binning.ts';
import type { Histogram, HistogramPool, Residuals } from './histogram.ts';
import type { Tree } from './tree.ts';

export interface GrowOptions extends SplitLimits {
  readonly maxLeaves: number;
  readonly maxDepth: number;
  /** Factor on leaf values: the learning rate. */
  readonly shrinkage: number;
}

interface OpenLeaf {
  readonly node: number;
  readonly depth: number;
  /** Its rows are `rows[start..end)`. */
  readonly start: number;
  readonly end: number;
  readonly totals: NodeTotals;
  readonly histogram: Histogram;
  readonly split: Split | null;
}

/** A tree together with the leaf every training row ended in. */
export interface GrownTree {
  readonly tree: Tree;
  /** Contribution of the tree to each training row's prediction. */
  readonly contribution: Float64Array;
  /** Gain per column, for importances. */
  readonly gain: Float64Array;
}

class NodeTable {
  readonly feature: number[] = [];
  readonly threshold: number[] = [];
  readonly missingLeft: number[] = [];
  readonly left: number[] = [];
  readonly right: number[] = [];
  readonly value: number[] = [];

  addLeaf(): number {
    this.feature.push(-1);
    this.threshold.push(0);
    this.missingLeft.push(0);
    this.left.push(0);
    this.right.push(0);
    return this.value.push(0) - 1;
  }

  toTree(): Tree {
    return {
      feature: Int16Array.from(this.feature),
      threshold: Float64Array.from(this.threshold),
      missingLeft: Uint8Array.from(this.missingLeft),
      left: Uint16Array.from(this.left),
      right: Uint16Array.from(this.right),
      value: Float64Array.from(this.value),
    };
  }
}

/** Largest value of a bin; the last bin of a column has no upper bound. */
function upperBound(binned: BinnedMatrix, split: Split): number {
  return binned.edges[split.column]?.[split.bin - 1] ?? Number.POSITIVE_INFINITY;
}

/** Moves the rows that go left to the front, both sides in their old order; returns where the right side starts. */
function partition(binned: BinnedMatrix, rows: Int32Array, spare: Int32Array, leaf: OpenLeaf, split: Split) {
  const base = split.column * binned.rows;
  let front = leaf.start;
  let held = 0;
  for (let k = leaf.start; k < leaf.end; k++) {
    const row = rows[k] as number;
    const bin = binned.bins[base + row] as number;
    if (bin === missingBin ? split.missingLeft : bin <= split.bin) rows[front++] = row;
    else spare[held++] = row;
  }
  for (let k = 0; k < held; k++) rows[front + k] = spare[k] as number;
  return front;
}

/** Grows one tree leaf by leaf, always cutting where the gain is highest. `rows` are the rows to learn from. */
export function growTree(
  binned: BinnedMatrix,
  pool: HistogramPool,
  task: { rows: Int32Array; columns: Int32Array; residuals: Residuals; options: GrowOptions },
): GrownTree {
  const { columns, residuals, options } = task;
  const rows = Int32Array.from(task.rows);
  const spare = new Int32Array(rows.length);
  const table = new NodeTable();
  const gain = new Float64Array(binned.columns);

  const open = (start: number, end: number, depth: number, histogram: Histogram): OpenLeaf => {
    let residual = 0;
    let weight = 0;
    for (let k = start; k < end; k++) {
      const row = rows[k] as number;
      residual += residuals.weighted[row] as number;
      weight += residuals.weights[row] as number;
    }
    const totals = { residual, weight, count: end - start };
    const divisible = depth < options.maxDepth && end - start >= 2 * options.minLeafRows;
    const split = divisible ? bestSplit(binned, histogram, columns, totals, options) : null;
    return { node: table.addLeaf(), depth, start, end, totals, histogram, split };
  };

  const leaves = [open(0, rows.length, 0, pool.build(rows, 0, rows.length, columns, residuals))];
  while (leaves.length < options.maxLeaves) {
    let chosen = -1;
    let chosenGain = 0;
    leaves.forEach((leaf, index) => {
      if (leaf.split && leaf.split.gain > chosenGain) {
        chosen = index;
        chosenGain = leaf.split.gain;
      }
    });
    const leaf = leaves[chosen];
    if (!leaf?.split) break;
    const { split } = leaf;
    const middle = partition(binned, rows, spare, leaf, split);
    const leftIsSmaller = middle - leaf.start <= leaf.end - middle;
    const smaller = leftIsSmaller
      ? pool.build(rows, leaf.start, middle, columns, residuals)
      : pool.build(rows, middle, leaf.end, columns, residuals);
    const larger = pool.subtract(leaf.histogram, smaller, columns);
    pool.release(leaf.histogram);
    const left = open(leaf.start, middle, leaf.depth + 1, leftIsSmaller ? smaller : larger);
    const right = open(middle, leaf.end, leaf.depth + 1, leftIsSmaller ? larger : smaller);
    table.feature[leaf.node] = split.column;
    table.threshold[leaf.node] = upperBound(binned, split);
    table.missingLeft[leaf.node] = split.missingLeft ? 1 : 0;
    table.left[leaf.node] = left.node;
    table.right[leaf.node] = right.node;
    gain[split.column] = (gain[split.column] as number) + split.gain;
    leaves[chosen] = left;
    leaves.push(right);
  }

  const contribution = new Float64Array(binned.rows);
  for (const leaf of leaves) {
    const value = (options.shrinkage * leaf.totals.residual) / (leaf.totals.weight + options.l2);
    table.value[leaf.node] = value;
    for (let k = leaf.start; k < leaf.end; k++) contribution[rows[k] as number] = value;
    pool.release(leaf.histogram);
  }
  return { tree: table.toTree(), contribution, gain };
}
