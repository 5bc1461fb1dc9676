import { expect, test } from 'vitest';
import { median, quantile, sortSamples } from '../../src/stats/index.ts';

test('quantiles interpolate as type 7 of Hyndman and Fan does', () => {
  const samples = sortSamples([4, 1, 3, 2]);
  expect([0, 0.25, 0.5, 0.75, 1].map((p) => quantile(samples, p))).toEqual([1, 1.75, 2.5, 3.25, 4]);
  expect(quantile(sortSamples([7]), 0.9)).toBe(7);
});

test('sorting is numeric and leaves the input alone', () => {
  const values = [10, 9, 100];
  expect([...sortSamples(values)]).toEqual([9, 10, 100]);
  expect(values).toEqual([10, 9, 100]);
});

test('the median of an even number of values is the mean of the middle two', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([1, 2, 3, 10])).toBe(2.5);
});

test('a statistic of nothing, of NaN or of infinity is an error, never a number', () => {
  expect(() => median([])).toThrow(RangeError);
  expect(() => sortSamples([1, Number.NaN])).toThrow('not a finite number');
  expect(() => sortSamples([1, Number.POSITIVE_INFINITY])).toThrow('not a finite number');
  expect(() => quantile(sortSamples([1]), 1.1)).toThrow('outside [0, 1]');
});
