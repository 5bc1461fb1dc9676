import { Covariance, type Dimension, fitCovariance, GaussianProcess } from '../../src/model/index.ts';
import { median } from '../../src/stats/index.ts';
import { splitRows } from './accuracy.ts';
import type { DataSet } from './data-sets.ts';

/** Median error of a power model that knows `rows` energies. */
export interface PowerResult {
  readonly rows: number;
  readonly splits: number;
  readonly medianErrorPercent: number;
}

/** Ranks of each column's values over the number of levels; the last column, log latency, as a power of ten. */
function coordinates(features: readonly (readonly number[])[]): {
  dimensions: Dimension[];
  points: Float64Array[];
} {
  const columns = (features[0]?.length ?? 1) - 1;
  const levels = Array.from({ length: columns }, (_, column) =>
    [...new Set(features.map((row) => row[column] as number))].sort((a, b) => a - b),
  );
  const used = levels.flatMap((values, column) => (values.length > 1 ? [{ values, column }] : []));
  return {
    dimensions: [
      ...used.map(({ values }) => ({ ordinal: true, hamming: values.length > 2 })),
      { ordinal: true, hamming: false },
    ],
    points: features.map((row) =>
      Float64Array.from([
        ...used.map(({ values, column }) => values.indexOf(row[column] as number) / (values.length - 1)),
        (row[columns] as number) / Math.LN10,
      ]),
    ),
  };
}

/**
 * The power model that the search makes of a kernel's own energy measurements: a Gaussian process on coordinates and
 * latency. `dataSet`: log watts by tunables, log latency last.
 */
export function powerAccuracy(dataSet: DataSet, sizes: readonly number[], splits: number): PowerResult[] {
  const { dimensions, points } = coordinates(dataSet.features);
  return sizes.map((rows) => {
    const errors: number[] = [];
    for (let seed = 1; seed <= splits; seed++) {
      const { train, test } = splitRows(dataSet, rows, seed);
      const target = (row: number) => dataSet.targets[row] as number;
      const centre = train.reduce((sum, row) => sum + target(row), 0) / train.length;
      const residuals = Float64Array.from(train, (row) => target(row) - centre);
      const spread = Math.sqrt(residuals.reduce((sum, value) => sum + value * value, 0) / train.length);
      const targets = residuals.map((value) => value / spread);
      const known = train.map((row) => points[row] as Float64Array);
      // As the search does: parameters from at most 160 points.
      const parameters = fitCovariance(dimensions, {
        points: known.slice(0, 160),
        targets: targets.slice(0, 160),
      });
      const process = new GaussianProcess(new Covariance(dimensions, parameters));
      for (const point of known) process.add(point);
      const solution = process.solve([...targets]);
      for (const row of test) {
        const { mean } = process.predict(process.query(points[row] as Float64Array), solution);
        errors.push(Math.abs(Math.expm1(mean * spread + centre - target(row))));
      }
    }
    return { rows, splits, medianErrorPercent: Number((100 * median(errors)).toPrecision(4)) };
  });
}
