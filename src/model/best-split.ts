import { type BinnedMatrix, missingBin } from './binning.ts';
import { type Histogram, histogramStride } from './histogram.ts';

/** Where a node is cut: rows in bins up to `bin` go left. */
export interface Split {
  readonly column: number;
  readonly bin: number;
  readonly missingLeft: boolean;
  /** How much the weighted squared error falls. */
  readonly gain: number;
}

/** What a node holds altogether, and what it may be cut into. */
export interface NodeTotals {
  readonly residual: number;
  readonly weight: number;
  readonly count: number;
}

export interface SplitLimits {
  readonly minLeafRows: number;
  /** L2 penalty on leaf values. */
  readonly l2: number;
}

function score(residual: number, weight: number, l2: number): number {
  return (residual * residual) / (weight + l2);
}

/** The cut of highest gain over `columns`, or null if none gains anything. Ties keep the first. */
export function bestSplit(
  binned: BinnedMatrix,
  histogram: Histogram,
  columns: Int32Array,
  totals: NodeTotals,
  limits: SplitLimits,
): Split | null {
  const { minLeafRows, l2 } = limits;
  const before = score(totals.residual, totals.weight, l2);
  let best: Split | null = null;
  let bestGain = 1e-9;
  for (const column of columns) {
    const first = binned.offsets[column] as number;
    const last = (binned.offsets[column + 1] as number) - 1;
    const missing = histogramStride * (first + missingBin);
    const hasMissing = (histogram[missing + 2] as number) > 0;
    for (let side = 0; side < (hasMissing ? 2 : 1); side++) {
      const missingLeft = side === 1;
      let residual = missingLeft ? (histogram[missing] as number) : 0;
      let weight = missingLeft ? (histogram[missing + 1] as number) : 0;
      let count = missingLeft ? (histogram[missing + 2] as number) : 0;
      // With values missing, the last bin against the missing ones is a cut as well.
      const upTo = hasMissing && !missingLeft ? last : last - 1;
      for (let bin = first + 1; bin <= upTo; bin++) {
        const at = histogramStride * bin;
        residual += histogram[at] as number;
        weight += histogram[at + 1] as number;
        count += histogram[at + 2] as number;
        if (count < minLeafRows) continue;
        if (totals.count - count < minLeafRows) break;
        const gain =
          score(residual, weight, l2) +
          score(totals.residual - residual, totals.weight - weight, l2) -
          before;
        if (gain > bestGain) {
          bestGain = gain;
          // Nothing missing here: a value missing later follows the heavier side.
          const toLeft = hasMissing ? missingLeft : weight * 2 >= totals.weight;
          best = { column, bin: bin - first, missingLeft: toLeft, gain };
        }
      }
    }
  }
  return best;
}
