import { expect, test } from 'vitest';
import { judge, planNext } from '../../src/judge/index.ts';
import type { BlockSample } from '../../src/measure/index.ts';
import { createRandom, type Random } from '../../src/stats/index.ts';
import { around, drawBlocks, exactBlocks, subjectOf, type Truth } from './support.ts';

const gelu = subjectOf('gelu');
/** Flagged by energy beyond doubt, so that its fresh blocks decide in every run. Latency is better and of no matter. */
const flagged = exactBlocks('gelu', around(1.3, 0.01, 3)).map((s) => ({ ...s, latencyMs: 1 }));

/** Plans and measures until the plan is done. */
function play(truth: Truth, random: Random, begin: readonly BlockSample[] = []) {
  const samples = [...begin];
  for (;;) {
    const plan = planNext([gelu], samples);
    if (plan.phase === 'done') break;
    samples.push(...drawBlocks({ ...plan, kernel: 'gelu', truth, random, firstBlock: samples.length }));
  }
  const energy = judge([gelu], samples)[0]?.metrics[0];
  return { energy, blocks: samples.length / 2 };
}

test('ten looks at fresh blocks of a kernel at its margin err as often as one test may, and stop when there is no hope', () => {
  const random = createRandom(201);
  const runs = 1500;
  let red = 0;
  let held = 0;
  let fresh = 0;
  for (let run = 0; run < runs; run++) {
    const { energy, blocks } = play({ energy: 0.03, latency: -0.2 }, random, flagged);
    if (energy?.verdict === 'regressed') red++;
    fresh += (blocks - 3) / runs;
    const { low, high } = energy?.ratio ?? { low: 0, high: 0 };
    if (low <= 1.03 && 1.03 <= high) held++;
  }
  // A first attempt may spend four fifths of 5 %; a fixed number of blocks would spend just that. Two standard errors of 1500 runs.
  expect(red / runs).toBeLessThan(0.04 + 0.01);
  expect(red / runs).toBeGreaterThan(0.03 - 0.01);
  expect(fresh).toBeLessThan(6);
  // Repeated confidence intervals: at whatever block it ended.
  expect(held / runs).toBeGreaterThan(0.95 - 0.011);
});

test.each([
  [0.05, 9.5, 0.99],
  [0.06, 7.2, 1],
  [0.1, 6.3, 1],
])('%f more is confirmed in %f blocks on the mean, where they scatter by 1 %', (energy, blocks, found) => {
  const random = createRandom(202);
  const runs = 200;
  let red = 0;
  let spent = 0;
  let held = 0;
  for (let run = 0; run < runs; run++) {
    const played = play({ energy, latency: 0 }, random);
    if (played.energy?.verdict === 'regressed') red++;
    spent += played.blocks / runs;
    const { low, high } = played.energy?.ratio ?? { low: 0, high: 0 };
    if (low <= 1 + energy && 1 + energy <= high) held++;
  }
  expect(spent).toBeLessThan(blocks);
  expect(red / runs).toBeGreaterThanOrEqual(found);
  expect(held / runs).toBeGreaterThan(0.93);
});

test('a metric counts no more fresh blocks than looks are accounted for, however many another one needed', () => {
  const fresh = exactBlocks('gelu', around(1.3, 0.01, 20), { phase: 'confirm' });
  expect(judge([gelu], [...flagged, ...fresh])[0]?.metrics[0]).toMatchObject({
    verdict: 'regressed',
    freshBlocks: 12,
  });
});
