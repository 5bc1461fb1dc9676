import type { FeatureMatrix } from './feature-matrix.ts';

/** Bin of a missing value; bins of real values start at 1. */
export const missingBin = 0;

/** A feature matrix cut into at most 255 bins a column, so that a split is found by counting. */
export interface BinnedMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Column-major bin numbers: `bins[column * rows + row]`. */
  readonly bins: Uint8Array;
  /** Per column the upper bounds between bins, ascending: a value is in bin 1 + number of edges below it. */
  readonly edges: readonly Float64Array[];
  /** Position of each column's first bin in a histogram of all columns; one entry more than columns. */
  readonly offsets: Int32Array;
}

/** Edges halfway between neighbouring values: all distinct ones, or at quantiles where there are more than `maxBins`. */
function columnEdges(sorted: Float64Array, maxBins: number): Float64Array {
  const distinct: number[] = [];
  for (const value of sorted) if (value !== distinct[distinct.length - 1]) distinct.push(value);
  const edges: number[] = [];
  if (distinct.length <= maxBins) {
    for (let i = 1; i < distinct.length; i++) {
      const low = distinct[i - 1] as number;
      const middle = low + ((distinct[i] as number) - low) / 2;
      edges.push(middle);
    }
  } else {
    for (let bin = 1; bin < maxBins; bin++) {
      const at = Math.max(1, Math.floor((bin * sorted.length) / maxBins));
      const low = sorted[at - 1] as number;
      const edge = low + ((sorted[at] as number) - low) / 2;
      if (edges.length === 0 || edge > (edges[edges.length - 1] as number)) edges.push(edge);
    }
  }
  return Float64Array.from(edges);
}

function binOf(value: number, edges: Float64Array): number {
  if (Number.isNaN(value)) return missingBin;
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (edges[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}

/** @param maxBins at most 254, so that a bin fits a byte beside the missing one. */
export function binMatrix(matrix: FeatureMatrix, maxBins: number): BinnedMatrix {
  const { rows, columns, values } = matrix;
  const bins = new Uint8Array(rows * columns);
  const edges: Float64Array[] = [];
  const offsets = new Int32Array(columns + 1);
  for (let column = 0; column < columns; column++) {
    const present: number[] = [];
    for (let row = 0; row < rows; row++) {
      const value = values[row * columns + column] as number;
      if (!Number.isNaN(value)) present.push(value);
    }
    const columnBounds = columnEdges(Float64Array.from(present).sort(), maxBins);
    edges.push(columnBounds);
    offsets[column + 1] = (offsets[column] as number) + columnBounds.length + 2;
    for (let row = 0; row < rows; row++) {
      bins[column * rows + row] = binOf(values[row * columns + column] as number, columnBounds);
    }
  }
  return { rows, columns, bins, edges, offsets };
}
