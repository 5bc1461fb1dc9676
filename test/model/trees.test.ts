import { describe, expect, test } from 'vitest';
import { featureMatrix, type TreeOptions, trainTrees } from '../../src/model/index.ts';
import { createRandom } from '../../src/stats/index.ts';

function table(rows: readonly (readonly number[])[], target: (row: readonly number[]) => number) {
  return {
    features: featureMatrix(rows, rows[0]?.length ?? 0),
    targets: Float64Array.from(rows, target),
  };
}

/** Every pair of a grid of `n` by `n` points in the unit square, with a third column that says nothing. */
function grid(n: number): number[][] {
  const random = createRandom(7);
  return Array.from({ length: n * n }, (_, i) => [(i % n) / n, Math.floor(i / n) / n, random.next()]);
}

const exact: Partial<TreeOptions> = { l2: 0, minLeafRows: 1, columnShare: 1, learningRate: 1, trees: 1 };

describe('boosted trees', () => {
  test('one unshrunk tree reproduces a step function exactly', () => {
    const rows = [[0], [1], [2], [3], [4], [5]];
    const trees = trainTrees(
      table(rows, ([x = 0]) => (x < 2 ? 10 : x < 4 ? 20 : 60)),
      exact,
    );
    expect(rows.map((row) => trees.predict(row))).toEqual([10, 10, 20, 20, 60, 60]);
  });

  test('a cut lies halfway between the values it parts', () => {
    const trees = trainTrees(
      table([[0], [1]], ([x = 0]) => x),
      exact,
    );
    expect([0.49, 0.5, 0.51].map((x) => trees.predict([x]))).toEqual([0, 0, 1]);
  });

  test('the prediction of a constant is that constant', () => {
    const trees = trainTrees(table(grid(4), () => 3.5));
    expect(trees.predict([0.3, 0.9, 0.1])).toBe(3.5);
    expect([...trees.importances]).toEqual([0, 0, 0]);
  });

  test('a smooth function of two columns is learnt, and the column without meaning is found out', () => {
    const f = ([x = 0, y = 0]: readonly number[]) => Math.sin(5 * x) + 3 * x * y;
    const trees = trainTrees(table(grid(24), f));
    const random = createRandom(3);
    let squares = 0;
    for (let i = 0; i < 500; i++) {
      const row = [0.95 * random.next(), 0.95 * random.next(), random.next()];
      squares += (trees.predict(row) - f(row)) ** 2;
    }
    expect(Math.sqrt(squares / 500)).toBeLessThan(0.08);
    expect(trees.importances[2]).toBeLessThan(0.01);
    expect(trees.importances.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
  });

  test('missing values go to the side on which they belong', () => {
    const rows = [[1], [2], [Number.NaN], [Number.NaN], [3], [4]];
    const high = trainTrees(
      table(rows, ([x = 0]) => (Number.isNaN(x) || x > 2.5 ? 8 : 0)),
      exact,
    );
    const low = trainTrees(
      table(rows, ([x = 0]) => (Number.isNaN(x) || x < 2.5 ? 8 : 0)),
      exact,
    );
    expect([1, Number.NaN, 4].map((x) => high.predict([x]))).toEqual([0, 8, 8]);
    expect([1, Number.NaN, 4].map((x) => low.predict([x]))).toEqual([8, 8, 0]);
  });

  test('being missing can be all that matters', () => {
    const trees = trainTrees(
      table([[1], [2], [Number.NaN], [3]], ([x = 0]) => (Number.isNaN(x) ? -1 : 1)),
      exact,
    );
    expect([1, 2, 3, Number.NaN].map((x) => trees.predict([x]))).toEqual([1, 1, 1, -1]);
  });

  test('a row of weight three counts as three rows', () => {
    const rows = [[0], [0], [1]];
    const targets = Float64Array.from([0, 4, 9]);
    const weights = Float64Array.from([3, 1, 2]);
    const trees = trainTrees({ features: featureMatrix(rows, 1), targets, weights }, exact);
    expect(trees.predict([0])).toBeCloseTo(1, 12);
    expect(trees.predict([1])).toBeCloseTo(9, 12);
  });

  test('rows of weight zero are not learnt from', () => {
    const features = featureMatrix([[0], [1], [2], [3]], 1);
    const targets = Float64Array.from([1, 1, 500, 1]);
    const trees = trainTrees({ features, targets, weights: Float64Array.from([1, 1, 0, 1]) });
    expect(trees.predict([2])).toBeCloseTo(1, 12);
  });

  test('the same seed gives the same trees to the bit, another seed others', () => {
    const data = table(grid(16), ([x = 0, y = 0]) => Math.exp(x) - y);
    const options = { rowsPerTree: 100, columnShare: 0.6, earlyStopping: { share: 0.2, patience: 5 } };
    const predict = (seed: number) => trainTrees(data, { ...options, seed }).predictAll(data.features);
    expect(predict(11)).toEqual(predict(11));
    expect(predict(12)).not.toEqual(predict(11));
  });

  test('early stopping ends where more trees would only learn noise', () => {
    const random = createRandom(5);
    const data = table(grid(20), () => random.normal());
    const stopped = trainTrees(data, { earlyStopping: { share: 0.25, patience: 10 } });
    expect(stopped.size).toBeLessThan(30);
    expect(trainTrees(data).size).toBe(300);
  });

  test('data that does not fit together is refused', () => {
    const features = featureMatrix([[1], [2]], 1);
    expect(() => trainTrees({ features, targets: Float64Array.of(1) })).toThrow(RangeError);
    expect(() => trainTrees({ features, targets: Float64Array.of(1, Number.NaN) })).toThrow('Row 1');
    expect(() => featureMatrix([[1], [1, 2]], 1)).toThrow('Row 1 has 2 features, not 1.');
    expect(() => trainTrees({ features, targets: Float64Array.of(1, 2) }).predict([1, 2])).toThrow(
      RangeError,
    );
  });
});
