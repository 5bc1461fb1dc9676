import { describe, expect, test } from 'vitest';
import { attemptOf, judge, planNext, type Subject } from '../../src/judge/index.ts';
import type { BlockSample } from '../../src/measure/index.ts';
import { createRandom, type Random } from '../../src/stats/index.ts';
import { around, drawBlocks, exactBlocks, subjectOf, type Truth } from './support.ts';

const gelu = subjectOf('gelu');
const confirm = { phase: 'confirm' } as const;

/** One attempt on top of earlier ones, as far as the plan goes. */
function attempt(
  subjects: readonly Subject[],
  truth: Truth,
  random: Random,
  earlier: readonly (readonly BlockSample[])[],
) {
  const samples: BlockSample[] = [];
  for (;;) {
    const plan = planNext(subjects, samples, { earlier });
    if (plan.phase === 'done') break;
    const firstBlock = samples.length;
    for (const { kernel } of plan.subjects) {
      samples.push(...drawBlocks({ ...plan, kernel, truth, random, firstBlock }));
    }
  }
  return { samples, judgements: judge(subjects, samples, { earlier }) };
}

describe('a run that is repeated', () => {
  test('measures fresh blocks, and judges on those of all attempts', () => {
    const flag = exactBlocks('gelu', around(1.3, 0.01, 6));
    const first = [...flag, ...exactBlocks('gelu', around(1.3, 0.01, 9), confirm)];
    expect(attemptOf(gelu, [])).toBe(1);
    expect(attemptOf(gelu, [first])).toBe(2);
    expect(planNext([gelu], [], { earlier: [first] })).toMatchObject({ phase: 'flag', blocks: 3 });
    const again = exactBlocks('gelu', around(1.3, 0.01, 3));
    expect(planNext([gelu], again, { earlier: [first] })).toMatchObject({ phase: 'confirm', blocks: 3 });
    const fresh = exactBlocks('gelu', around(1.3, 0.01, 9), confirm);
    const [judged] = judge([gelu], [...again, ...fresh], { earlier: [first] });
    expect(judged?.verdict).toBe('regressed');
    expect(judged?.metrics[0]?.blocks).toBe(18);
  });

  test('does not draw a new lot: a lucky second attempt does not wipe out the first', () => {
    const bad = [
      ...exactBlocks('gelu', around(1.15, 0.01, 6)),
      ...exactBlocks('gelu', around(1.15, 0.01, 9), confirm),
    ];
    const lucky = [
      ...exactBlocks('gelu', around(1.045, 0.01, 6)),
      ...exactBlocks('gelu', around(1.045, 0.01, 9), confirm),
    ];
    expect(judge([gelu], lucky)[0]?.metrics[1]?.verdict).not.toBe('regressed');
    expect(judge([gelu], lucky, { earlier: [bad] })[0]?.metrics[1]?.verdict).toBe('regressed');
  });

  test('may spend less of the level each time: 4/5, 1/10, 1/20', () => {
    const flag = exactBlocks('gelu', around(1.2, 0.01, 6));
    const fresh = (count: number) => exactBlocks('gelu', around(1.2, 0.15, count), confirm);
    const pOf = (samples: readonly BlockSample[], earlier: readonly (readonly BlockSample[])[]) =>
      judge([gelu], samples, { earlier })[0]?.metrics[1]?.confirmP ?? Number.NaN;
    const once = pOf([...flag, ...fresh(12)], []);
    const twice = pOf(fresh(6), [[...flag, ...fresh(6)]]);
    const thrice = pOf(fresh(4), [[...flag, ...fresh(4)], fresh(4)]);
    expect(once * 8).toBeLessThan(1);
    expect(twice / once).toBeCloseTo(8, 6);
    expect(thrice / once).toBeCloseTo(16, 6);
  });

  test('four times over: any false red at the margin in at most 5 % of the changes', () => {
    const random = createRandom(77);
    const subjects = Array.from({ length: 4 }, (_, i) => subjectOf(`kernel-${i}`));
    const truth: Truth = { energy: 0.03, latency: 0.05, sd: 0.015 };
    const changes = 200;
    let everRed = 0;
    for (let change = 0; change < changes; change++) {
      const earlier: (readonly BlockSample[])[] = [];
      let red = false;
      for (let n = 0; n < 4; n++) {
        const { samples, judgements } = attempt(subjects, truth, random, earlier);
        red ||= judgements.some(({ verdict }) => verdict === 'regressed');
        earlier.push(samples);
      }
      if (red) everRed++;
    }
    // 5 % and two standard errors of 200 changes.
    expect(everRed / changes).toBeLessThan(0.081);
  });

  test('of a change that costs more stays red: repeating it is no way out', () => {
    const random = createRandom(78);
    let escaped = 0;
    for (let change = 0; change < 100; change++) {
      const earlier: (readonly BlockSample[])[] = [];
      for (let n = 0; n < 4; n++) {
        const { samples, judgements } = attempt([gelu], { energy: 0.07, sd: 0.015 }, random, earlier);
        earlier.push(samples);
        if (judgements[0]?.verdict !== 'regressed') {
          escaped++;
          break;
        }
      }
    }
    expect(escaped).toBeLessThanOrEqual(3);
  });
});

test('looks after 3, 4, 5 and 6 blocks call a metric at its margin unchanged in at most 5 % of the runs', () => {
  const random = createRandom(79);
  const runs = 800;
  let unchanged = 0;
  for (let run = 0; run < runs; run++) {
    const { judgements } = attempt([gelu], { energy: -0.2, latency: 0.05, sd: 0.02 }, random, []);
    if (judgements[0]?.metrics[1]?.verdict === 'unchanged') unchanged++;
  }
  expect(unchanged / runs).toBeLessThan(0.065);
  expect(unchanged / runs).toBeGreaterThan(0.02);
});
