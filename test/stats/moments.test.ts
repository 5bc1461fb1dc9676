import { expect, test } from 'vitest';
import { mean, moments } from '../../src/stats/index.ts';

test('mean and unbiased variance', () => {
  expect(moments([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({
    count: 8,
    mean: 5,
    variance: 32 / 7,
    standardDeviation: Math.sqrt(32 / 7),
  });
});

test('a large offset does not cancel the variance away', () => {
  expect(moments([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]).variance).toBeCloseTo(30, 9);
});

test('no values have no mean, one value has no spread', () => {
  expect(mean([])).toBeNaN();
  expect(moments([3]).variance).toBeNaN();
});
