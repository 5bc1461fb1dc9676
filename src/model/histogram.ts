import type { BinnedMatrix } from './binning.ts';

/**
 * Sums per bin over the rows of one node, all columns behind one another. Three numbers a bin, side by side because
 * they are always touched together: sum of weight times residual, sum of weights, number of rows.
 */
export type Histogram = Float64Array;

/** Numbers a bin takes in a `Histogram`. */
export const histogramStride = 3;

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
    return new Float64Array(histogramStride * (this.#binned.offsets[this.#binned.columns] as number));
  }

  release(histogram: Histogram): void {
    this.#free.push(histogram);
  }

  /** Histogram of `rows[start..end)` over `columns`. Bins of other columns are left as they were. */
  build(rows: Int32Array, start: number, end: number, columns: Int32Array, residuals: Residuals): Histogram {
    const histogram = this.#take();
    const { bins, offsets, rows: stride } = this.#binned;
    const { weighted, weights } = residuals;
    for (const column of columns) {
      const offset = histogramStride * (offsets[column] as number);
      histogram.fill(0, offset, histogramStride * (offsets[column + 1] as number));
      const base = column * stride;
      for (let k = start; k < end; k++) {
        const row = rows[k] as number;
        const at = offset + histogramStride * (bins[base + row] as number);
        histogram[at] = (histogram[at] as number) + (weighted[row] as number);
        histogram[at + 1] = (histogram[at + 1] as number) + (weights[row] as number);
        histogram[at + 2] = (histogram[at + 2] as number) + 1;
      }
    }
    return histogram;
  }

  /** What `parent` holds and `child` does not: the other child, without a pass over its rows. */
  subtract(parent: Histogram, child: Histogram, columns: Int32Array): Histogram {
    const histogram = this.#take();
    const { offsets } = this.#binned;
    for (const column of columns) {
      const upTo = histogramStride * (offsets[column + 1] as number);
      for (let at = histogramStride * (offsets[column] as number); at < upTo; at += histogramStride) {
        const count = (parent[at + 2] as number) - (child[at + 2] as number);
        histogram[at + 2] = count;
        // An empty bin must read as exactly empty, not as a rounding error.
        histogram[at] = count === 0 ? 0 : (parent[at] as number) - (child[at] as number);
        histogram[at + 1] = count === 0 ? 0 : (parent[at + 1] as number) - (child[at + 1] as number);
      }
    }
    return histogram;
  }
}
