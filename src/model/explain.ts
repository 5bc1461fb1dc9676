import { featureMatrix } from './feature-matrix.ts';
import { defaultTreeOptions, trainTrees } from './train-trees.ts';

/** What trees fitted to some measurements say about them. */
export interface Explanation {
  /** Share of the gain that each column brought, adding up to 1; all zero if nothing was learned. */
  readonly importances: readonly number[];
  /** Per row what trees say that did not learn from it, in the unit of the targets. */
  readonly outOfFold: readonly number[];
}

const folds = 5;
/** Fewer rows than this teach nothing. */
const leastRows = 20;

/**
 * Explains targets by rows of features: importances from trees that learned from all rows, predictions by five-fold
 * cross-validation (row i belongs to fold i mod 5).
 * @returns null for fewer than 20 rows
 */
export function explain(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
): Explanation | null {
  const columns = rows[0]?.length ?? 0;
  if (rows.length < leastRows || columns === 0) return null;
  const options = { ...defaultTreeOptions, trees: 120 };
  const trained = (kept: readonly number[]) =>
    trainTrees(
      {
        features: featureMatrix(
          kept.map((row) => rows[row] as readonly number[]),
          columns,
        ),
        targets: Float64Array.from(kept, (row) => targets[row] as number),
      },
      options,
    );
  const all = rows.map((_, row) => row);
  const byFold = Array.from({ length: folds }, (_, fold) =>
    trained(all.filter((row) => row % folds !== fold)),
  );
  return {
    importances: [...trained(all).importances],
    outOfFold: rows.map((row, at) => (byFold[at % folds] as (typeof byFold)[number]).predict(row)),
  };
}
