import { expect, test } from 'vitest';
import { detectableChange, judge } from '../../src/judge/index.ts';
import { createRandom } from '../../src/stats/index.ts';
import { drawBlocks, gate, sampleOf, subjectOf } from './support.ts';

const subject = subjectOf('noise');

/** A/A blocks whose log ratios are exactly these. */
function blocksOf(differences: readonly number[]) {
  return differences.flatMap((d, block) => [
    sampleOf({ kernel: 'noise', arm: 'B', block, joules: 1 }),
    sampleOf({ kernel: 'noise', arm: 'H', block, joules: Math.exp(d) }),
  ]);
}

test('it is (t(.95) + t(.8)) sd / sqrt(n), as a relative change', () => {
  // sd of these is 0.01 exactly; t(.95, 8) = 1.85955 and t(.8, 8) = 0.88889.
  const samples = blocksOf([-0.01, 0, 0.01]);
  expect(detectableChange({ subject, samples, metric: 'energy', blocks: 9 })).toBeCloseTo(
    Math.expm1(((1.85955 + 0.88889) * 0.01) / 3),
    6,
  );
});

test('an offset between the arms does not make it larger', () => {
  const around = (offset: number) =>
    detectableChange({
      subject,
      samples: blocksOf([-0.01, 0, 0.01].map((d) => d + offset)),
      metric: 'energy',
      blocks: 9,
    }) as number;
  expect(around(0.05)).toBeCloseTo(around(0), 12);
});

test('fewer than three blocks, measured or affordable, tell nothing', () => {
  const samples = blocksOf([-0.01, 0, 0.01]);
  expect(detectableChange({ subject, samples, metric: 'energy', blocks: 2 })).toBeNull();
  expect(detectableChange({ subject, samples: samples.slice(2), metric: 'energy', blocks: 9 })).toBeNull();
  expect(detectableChange({ subject, samples, metric: 'latency', blocks: 9 })).toBeNull();
});

test('a change of that size is found in about four of five runs', () => {
  const random = createRandom(11);
  const truth = { energy: 0, latency: 0, sd: 0.01 };
  const aa = drawBlocks({ kernel: 'noise', phase: 'flag', blocks: 400, truth, random });
  const change = detectableChange({ subject, samples: aa, metric: 'energy', blocks: 6 }) as number;
  const watched = subjectOf('noise', {
    gate: { ...gate, energy: { margin: 0, allowEstimated: false }, latency: { margin: 10 } },
  });
  let found = 0;
  const runs = 600;
  for (let run = 0; run < runs; run++) {
    const samples = drawBlocks({
      kernel: 'noise',
      phase: 'flag',
      blocks: 6,
      truth: { ...truth, energy: change },
      random,
    });
    const [judgement] = judge([watched], samples);
    if (judgement?.metrics.find(({ metric }) => metric === 'energy')?.flagged) found++;
  }
  expect(found / runs).toBeGreaterThan(0.74);
  expect(found / runs).toBeLessThan(0.86);
});
