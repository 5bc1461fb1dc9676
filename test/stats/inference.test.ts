import { describe, expect, test } from 'vitest';
import {
  createRandom,
  estimateMean,
  holmAdjust,
  meanInterval,
  spearman,
  tTestP,
} from '../../src/stats/index.ts';

describe('one-sided t test', () => {
  const values = [5.1, 4.9, 5.6, 5.8, 6.0, 5.3];

  test('agrees with R and SciPy', () => {
    const estimate = estimateMean(values);
    expect(tTestP(estimate, 'greater', 5)).toBeCloseTo(0.023969962333167262, 12);
    expect(tTestP(estimate, 'less', 5)).toBeCloseTo(1 - 0.023969962333167262, 12);
  });

  test('the interval reaches t(.975, n - 1) standard errors to either side', () => {
    // With two degrees of freedom the quantile has a closed form: (2p - 1) sqrt(2 / (4p (1 - p))).
    const reach = (0.95 * Math.sqrt(2 / (4 * 0.975 * 0.025))) / Math.sqrt(3);
    const [low, high] = meanInterval(estimateMean([1, 2, 3]), 0.95);
    expect(low).toBeCloseTo(2 - reach, 12);
    expect(high).toBeCloseTo(2 + reach, 12);
  });

  test('readings that agree by accident are no less uncertain than the scale they were read from', () => {
    const alike = [0.06, 0.06, 0.06, 0.06, 0.06, 0.06];
    expect(tTestP(estimateMean(alike), 'greater', 0.05)).toBe(0);
    expect(tTestP(estimateMean(alike, 0.02), 'greater', 0.05)).toBeGreaterThan(0.05);
    expect(meanInterval(estimateMean(alike, 0.02), 0.95)[0]).toBeLessThan(0.05);
    // The floor never narrows a spread that was seen.
    expect(estimateMean(values, 1e-6)).toEqual(estimateMean(values));
  });

  test('without spread the mean is known', () => {
    const estimate = estimateMean([1, 1, 1]);
    expect(tTestP(estimate, 'greater', 2)).toBe(1);
    expect(tTestP(estimate, 'less', 2)).toBe(0);
    expect(tTestP(estimate, 'greater', 1)).toBe(0.5);
    expect(meanInterval(estimate, 0.95)).toEqual([1, 1]);
  });

  test('one value has no spread to test with', () => {
    expect(() => estimateMean([1])).toThrow(RangeError);
  });

  test('rejects a true mean as often as alpha says', () => {
    const random = createRandom(7);
    let rejected = 0;
    for (let run = 0; run < 4000; run++) {
      const sample = Array.from({ length: 6 }, () => 3 + random.normal());
      if (tTestP(estimateMean(sample), 'greater', 3) < 0.05) rejected++;
    }
    // Binomial(4000, .05): mean 200, sd 13.8.
    expect(rejected).toBeGreaterThan(160);
    expect(rejected).toBeLessThan(240);
  });
});

describe('Holm', () => {
  test('multiplies the smallest p by the number of tests and keeps the order', () => {
    // Wikipedia, Holm-Bonferroni method: .01, .04, .03, .005 at alpha .05.
    const adjusted = holmAdjust([0.01, 0.04, 0.03, 0.005]);
    expect(adjusted.map((p) => Math.round(p * 1000) / 1000)).toEqual([0.03, 0.06, 0.06, 0.02]);
  });

  test('never exceeds 1, and one test is left alone', () => {
    expect(holmAdjust([0.9, 0.8])).toEqual([1, 1]);
    expect(holmAdjust([0.04])).toEqual([0.04]);
    expect(holmAdjust([])).toEqual([]);
  });
});

describe('Spearman', () => {
  test('any increasing relation is 1, any decreasing one -1', () => {
    expect(spearman([1, 2, 3, 4], [1, 10, 100, 1000])).toBe(1);
    expect(spearman([1, 2, 3, 4], [4, 3, 2, -1])).toBe(-1);
    expect(spearman([1, 2, 2, 4, 5], [3, 1, 4, 4, 9])).toBeCloseTo(0.7631578947368421, 14);
  });

  test('a constant side has no correlation', () => {
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(() => spearman([1], [1, 2])).toThrow(RangeError);
  });
});
