import type { BinnedMatrix } from './binning.ts';

/** Sums per bin over the rows of one node, all columns behind one another. */
export interface Histogram {
  /** Sum of weight times residual. */
  readonly residual: Float64Array;
  readonly weight: Float64Array;
  readonly count: Int32Array;
}

/** Weighted residuals of the rows, as the loss of this boosting step sees them. */
export interface Residuals {
  /** Weight times (target - prediction), per row. */
  readonly weighted: Float64Array;
  readonly weights: Float64Array;
}

/** Makes histograms and takes them back for re-use: growing a tree would otherwise be mostly allocation. */
export class HistogramPool {
  readonly #binned: BinnedMatrix;
  readonly #free: Histogram[] = [];

  constructor(binned: BinnedMatrix) {
    this.#binned = binned;
  }

  #take(): Histogram {
    const held = this.#free.pop();
    if (held) return held;
    const size = this.#binned.offsets[this.#binned.columns] as number;
    return { residual: new Float64Array(size), weight: new Float64Array(size), count: new Int32Array(size) };
  }

  release(histogram: Histogram): void {
    this.#free.push(histogram);
  }

  /** Histogram of `rows[start..end)` over `columns`. Bins of other columns are left as they were. */
  build(rows: Int32Array, start: number, end: number, columns: Int32Array, residuals: Residuals): Histogram {
    const histogram = this.#take();
    const { bins, offsets, rows: stride } = this.#binned;
    const { residual, weight, count } = histogram;
    const { weighted, weights } = residuals;
    for (const column of columns) {
      const offset = offsets[column] as number;
      const upTo = offsets[column + 1] as number;
      residual.fill(0, offset, upTo);
      weight.fill(0, offset, upTo);
      count.fill(0, offset, upTo);
      const base = column * stride;
      for (let k = start; k < end; k++) {
        const row = rows[k] as number;
        const bin = offset + (bins[base + row] as number);
        residual[bin] = (residual[bin] as number) + (weighted[row] as number);
        weight[bin] = (weight[bin] as number) + (weights[row] as number);
        count[bin] = (count[bin] as number) + 1;
      }
    }
    return histogram;
  }

  /** What `parent` holds and `child` does not: the other child, without a pass over its rows. */
  subtract(parent: Histogram, child: Histogram, columns: Int32Array): Histogram {
    const histogram = this.#take();
    const { offsets } = this.#binned;
    for (const column of columns) {
      const upTo = offsets[column + 1] as number;
      for (let bin = offsets[column] as number; bin < upTo; bin++) {
        const count = (parent.count[bin] as number) - (child.count[bin] as number);
        histogram.count[bin] = count;
        // An empty bin must read as exactly empty, not as a rounding error.
        histogram.residual[bin] =
          count === 0 ? 0 : (parent.residual[bin] as number) - (child.residual[bin] as number);
        histogram.weight[bin] =
          count === 0 ? 0 : (parent.weight[bin] as number) - (child.weight[bin] as number);
      }
    }
    return histogram;
  }
}
