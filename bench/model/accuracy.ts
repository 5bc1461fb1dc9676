import { featureMatrix, type TreeOptions, trainTrees } from '../../src/model/index.ts';
import { createRandom, mean, median, shuffle, spearman } from '../../src/stats/index.ts';
import type { DataSet } from './data-sets.ts';
import type { Fit, Job, ScikitLearn, ScikitOptions } from './scikit-learn.ts';

/** Rows that are learnt from. */
const trainingSizes = [100, 400, 2000];
const testRows = 2000;

/** How well one learner does on rows that it has not seen; means over the splits. */
export interface Accuracy {
  /** Median of |predicted / true - 1|, in percent. */
  readonly medianErrorPercent: number;
  /** Root mean square of the logarithms' errors. */
  readonly rmse: number;
  /** Spearman's rank correlation of predictions and truth. */
  readonly rankCorrelation: number;
  readonly fitMs: number;
  readonly predictMicrosecondsPerRow: number;
}

/** One data set and number of rows. */
export interface AccuracyResult {
  readonly dataSet: string;
  readonly rows: number;
  readonly splits: number;
  readonly ours: Accuracy;
  /** With the options that ours has; null without scikit-learn. */
  readonly scikitLearn: Accuracy | null;
  /** As it comes: 100 trees of 31 leaves of 20 rows. */
  readonly scikitLearnDefaults: Accuracy | null;
}

/** What both sides are given: the trees of `defaultTreeOptions`, all columns for every tree. */
const shared = {
  trees: 300,
  learningRate: 0.08,
  maxLeaves: 16,
  maxDepth: 8,
  minLeafRows: 3,
  l2: 1,
  maxBins: 64,
  columnShare: 1,
} satisfies Partial<TreeOptions>;

const scikitOptions: ScikitOptions = {
  max_iter: shared.trees,
  learning_rate: shared.learningRate,
  max_leaf_nodes: shared.maxLeaves,
  max_depth: shared.maxDepth,
  min_samples_leaf: shared.minLeafRows,
  l2_regularization: shared.l2,
  max_bins: shared.maxBins,
};

function fitOurs(job: Job): Fit {
  const columns = job.test[0]?.length ?? 0;
  const data = { features: featureMatrix(job.train, columns), targets: Float64Array.from(job.targets) };
  const test = featureMatrix(job.test, columns);
  let fitMs = Number.POSITIVE_INFINITY;
  let predictMs = Number.POSITIVE_INFINITY;
  let predictions: ArrayLike<number> = [];
  for (let i = 0; i < job.repeats; i++) {
    const startedMs = performance.now();
    const trees = trainTrees(data, shared);
    const fittedMs = performance.now();
    predictions = trees.predictAll(test);
    predictMs = Math.min(predictMs, performance.now() - fittedMs);
    fitMs = Math.min(fitMs, fittedMs - startedMs);
  }
  return { predictions, fitMs, predictMs };
}

function judge(fit: Fit, truth: readonly number[]): Accuracy {
  const errors = truth.map((value, i) => (fit.predictions[i] as number) - value);
  return {
    medianErrorPercent: 100 * median(errors.map((error) => Math.abs(Math.expm1(error)))),
    rmse: Math.sqrt(mean(errors.map((error) => error * error))),
    rankCorrelation: spearman(Array.from(fit.predictions), [...truth]),
    fitMs: fit.fitMs,
    predictMicrosecondsPerRow: (1000 * fit.predictMs) / truth.length,
  };
}

/** Means of every figure. */
function average(figures: readonly Accuracy[]): Accuracy | null {
  const [first] = figures;
  if (first === undefined) return null;
  const names = Object.keys(first) as (keyof Accuracy)[];
  return Object.fromEntries(
    names.map((name) => [name, Number(mean(figures.map((figure) => figure[name])).toPrecision(4))]),
  ) as unknown as Accuracy;
}

/** Rows to learn from and to be asked about, by `seed`. */
export function splitRows(dataSet: DataSet, rows: number, seed: number): { train: number[]; test: number[] } {
  const order = shuffle(
    dataSet.targets.map((_, i) => i),
    createRandom(seed),
  );
  return { train: order.slice(0, rows), test: order.slice(rows, rows + testRows) };
}

/** Learns from random rows and predicts others, ours and scikit-learn side by side on the same ones. */
export async function compareAccuracy(
  dataSet: DataSet,
  scikit: ScikitLearn | null,
  splits: number,
): Promise<readonly AccuracyResult[]> {
  const results: AccuracyResult[] = [];
  for (const rows of trainingSizes) {
    const ours: Accuracy[] = [];
    const same: Accuracy[] = [];
    const defaults: Accuracy[] = [];
    for (let seed = 1; seed <= splits; seed++) {
      const { train, test } = splitRows(dataSet, rows, seed);
      const pick = <T>(from: readonly T[], at: readonly number[]) => at.map((row) => from[row] as T);
      const truth = pick(dataSet.targets, test);
      const job: Job = {
        train: pick(dataSet.features, train),
        targets: pick(dataSet.targets, train),
        test: pick(dataSet.features, test),
        repeats: 3,
      };
      ours.push(judge(fitOurs(job), truth));
      if (scikit === null) continue;
      same.push(judge(await scikit.fit(job, scikitOptions), truth));
      defaults.push(judge(await scikit.fit(job, {}), truth));
    }
    results.push({
      dataSet: dataSet.name,
      rows,
      splits,
      ours: average(ours) as Accuracy,
      scikitLearn: average(same),
      scikitLearnDefaults: average(defaults),
    });
  }
  return results;
}
