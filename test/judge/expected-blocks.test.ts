import { expect, test } from 'vitest';
import { expectedBlocks, spreadOf } from '../../src/judge/index.ts';
import { exactBlocks } from './support.ts';

test('expects as many blocks as every other run of the judge takes, where blocks scatter by 1 %', () => {
  // bench/results/judge.md: 3.7 unchanged, of two metrics, and 6.9 at twice the margin, on the mean.
  expect(expectedBlocks({ sd: 0.01, margin: 0.03 })).toEqual({ unchanged: 3, regressed: 7 });
});

test('expects the fewest of a quiet machine, and the most of one that tells nothing', () => {
  expect(expectedBlocks({ sd: 0, margin: 0.03 })).toEqual({ unchanged: 3, regressed: 6 });
  expect(expectedBlocks({ sd: 0.5, margin: 0.03 })).toEqual({ unchanged: 6, regressed: 24 });
});

test('reads how blocks scatter, of the fresh ones where there are no others', () => {
  const ratios = [Math.exp(-0.01), 1, Math.exp(0.01)];
  expect(spreadOf(exactBlocks('gelu', ratios), 'energy')).toBeCloseTo(0.01, 12);
  expect(spreadOf(exactBlocks('gelu', ratios, { phase: 'confirm' }), 'energy')).toBeCloseTo(0.01, 12);
  expect(spreadOf(exactBlocks('gelu', ratios.slice(1)), 'energy')).toBeNull();
});
