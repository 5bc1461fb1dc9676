import type { FeatureVector } from '../kernel/index.ts';
import type { BoostedTrees } from './boosted-trees.ts';
import { checkedRow, costWeights, mergeRows } from './cost-rows.ts';
import { featureMatrix } from './feature-matrix.ts';
import { trainTrees } from './train-trees.ts';
import type { CostModel, CostPrediction, CostRow, WorkCosts } from './types.ts';
import { fitWorkCosts } from './work-costs.ts';

/** Fewer rows than this predict nothing worth following. */
const minRows = 24;

export interface CostModelTask {
  /** Device family to predict for. Rows of other families count less. */
  readonly family: string;
  readonly featureNames: readonly string[];
  readonly rows?: readonly CostRow[];
  readonly seed: number;
}

/** A row as the trees see it: its features, and whether it comes from the family that is predicted for. */
function treeRow(features: ArrayLike<number>, ownFamily: boolean): Float64Array {
  const row = new Float64Array(features.length + 1);
  row.set(features);
  row[features.length] = ownFamily ? 1 : 0;
  return row;
}

/** Knows rows; fits itself when it is first asked. */
class FittedCostModel implements CostModel {
  readonly family: string;
  readonly featureNames: readonly string[];
  readonly rows: readonly CostRow[];
  readonly seed: number;
  #fitted: { readonly latency: BoostedTrees | null; readonly power: BoostedTrees | null } | null = null;
  #work: WorkCosts | null | undefined;

  constructor(task: Required<CostModelTask>) {
    this.family = task.family;
    this.featureNames = task.featureNames;
    this.rows = task.rows;
    this.seed = task.seed >>> 0;
  }

  /** What kinds of work cost, fitted to rows of the family that is predicted for; null while it has too few. */
  get work(): WorkCosts | null {
    if (this.#work === undefined) {
      const own = this.rows.filter((row) => row.family === this.family);
      this.#work = own.length < minRows ? null : fitWorkCosts(own, this.featureNames);
    }
    return this.#work;
  }

  /** Trees for the logarithm of `quantity`; costs span magnitudes from kernel to kernel. */
  #fit(rows: readonly CostRow[], quantity: (row: CostRow) => number, cost: (row: CostRow) => number) {
    if (rows.length < minRows) return null;
    return trainTrees(
      {
        features: featureMatrix(
          rows.map((row) => treeRow(row.features, row.family === this.family)),
          this.featureNames.length + 1,
        ),
        targets: Float64Array.from(rows, (row) => Math.log(quantity(row))),
        weights: costWeights(rows, cost, this.family),
      },
      { seed: this.seed, earlyStopping: { share: 0.2, patience: 25 } },
    );
  }

  #models() {
    if (this.#fitted === null) {
      // Power that another family's model assumed says nothing about what this family's sensor reads.
      const powered = this.rows.filter(
        (row) => row.watts !== null && (row.family === this.family || !row.estimated),
      );
      const watts = (row: CostRow) => row.watts as number;
      this.#fitted = {
        latency: this.#fit(
          this.rows,
          // What the sum of work leaves.
          (row) => row.latencyMs / (this.work?.latencyMs(row.features) ?? 1),
          (row) => row.latencyMs,
        ),
        power: this.#fit(powered, watts, (row) => row.latencyMs * watts(row)),
      };
    }
    return this.#fitted;
  }

  predict(features: FeatureVector): CostPrediction | null {
    const { latency, power } = this.#models();
    if (latency === null) return null;
    const row = treeRow(features, true);
    return {
      latencyMs: Math.exp(latency.predict(row)) * (this.work?.latencyMs(features) ?? 1),
      watts: power === null ? Number.NaN : Math.exp(power.predict(row)),
    };
  }

  update(rows: readonly CostRow[]): CostModel {
    return createCostModel({ ...this, rows: mergeRows(this.rows, rows) });
  }
}

/**
 * A cost model over static features: latency as a sum of work, boosted trees for the logarithms of what that leaves and of mean
 * power, fitted when it first predicts. Bounded to the newest 20,000 rows. The same rows and seed give the same predictions to the bit.
 * Throws RangeError on rows whose features do not match or that cannot have been measured.
 */
export function createCostModel(task: CostModelTask): CostModel & { readonly seed: number } {
  const rows = (task.rows ?? []).map((row) => checkedRow(row, task.featureNames.length));
  return new FittedCostModel({ ...task, rows: mergeRows([], rows) });
}
