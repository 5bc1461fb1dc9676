import { describe, expect, test } from 'vitest';
import { type NoiseModel, noiseModels } from '../../bench/judge/noise.ts';
import { peerRules } from '../../bench/judge/peers.ts';
import { changed, margins, play, subjectsOf } from '../../bench/judge/run-judge.ts';
import { createRandom } from '../../src/stats/index.ts';
import { sampled } from '../support/full.ts';

/** Small versions of `npm run bench:judge`, which plays 2,000 runs of each. */
const runs = 16;
const kernels = subjectsOf(40);

const red = ({ verdict }: { readonly verdict: string }) => verdict === 'regressed';

describe.each(sampled(noiseModels.map((model) => [model.name, model] as const)))('under %s', (_, model) => {
  test('forty kernels exactly at their margins are rarely red', () => {
    const random = createRandom(101);
    const truthOf = () => changed(margins.energy, margins.latency);
    let falseRed = 0;
    for (let run = 0; run < runs; run++) {
      if (play({ subjects: kernels, truthOf, model, random }).judgements.some(red)) falseRed++;
    }
    // At 5 % each, more than three of sixteen come once in 140 times.
    expect(falseRed).toBeLessThanOrEqual(3);
  });

  test('of forty unchanged kernels none is red, and 95 % say unchanged', () => {
    const random = createRandom(102);
    let unchanged = 0;
    for (let run = 0; run < runs; run++) {
      const { judgements } = play({ subjects: kernels, truthOf: () => changed(0), model, random });
      expect(judgements.filter(red)).toEqual([]);
      unchanged += judgements.filter(({ verdict }) => verdict === 'unchanged').length;
    }
    expect(unchanged / runs / kernels.length).toBeGreaterThanOrEqual(0.95);
  });

  test('one kernel in forty at +10 % is found, and no other is red with it', () => {
    const random = createRandom(103);
    const truthOf = (index: number) => changed(index === 7 ? 0.1 : 0);
    for (let run = 0; run < runs; run++) {
      const { judgements } = play({ subjects: kernels, truthOf, model, random });
      expect(judgements.filter(red).map(({ kernel }) => kernel)).toEqual(['kernel-7']);
    }
  });
});

test('one kernel in forty at +5 % is found where blocks scatter by 1 %', () => {
  const random = createRandom(104);
  const model = noiseModels[0];
  if (model === undefined) throw new Error('there is no model');
  let missed = 0;
  for (let run = 0; run < 80; run++) {
    const truthOf = (index: number) => changed(index === 0 ? 0.05 : 0);
    const { judgements } = play({ subjects: kernels, truthOf, model, random });
    if (!judgements.slice(0, 1).some(red)) missed++;
  }
  // At 2 % each, more than five of eighty come once in 200 times.
  expect(missed).toBeLessThanOrEqual(5);
});

describe('a machine that is another one at every session', () => {
  const [session] = noiseModels.filter(({ name }) => name === 'session offset');
  if (session === undefined) throw new Error('there is no such model');

  test('makes stored figures cry wolf, and both sides in one session do not', () => {
    const random = createRandom(105);
    const [, stored] = peerRules;
    let alarms = 0;
    let ours = 0;
    for (let run = 0; run < 200; run++) {
      if (stored?.isWorse(0, session, random) === true) alarms++;
      const subjects = subjectsOf(1);
      if (play({ subjects, truthOf: () => changed(0), model: session, random }).judgements.some(red)) ours++;
    }
    expect(alarms / 200).toBeGreaterThan(0.15);
    expect(ours).toBe(0);
  });

  test('reads +13.8 % another day: never red, for base is measured on that day too', () => {
    const random = createRandom(106);
    for (let run = 0; run < 50; run++) {
      const another: NoiseModel = {
        ...session,
        machine: () => ({
          openSession: () => ({
            openProcess: () => ({ turn: () => Math.log(1.138) + 0.01 * random.normal() }),
          }),
        }),
      };
      const [judged] = play({
        subjects: subjectsOf(1),
        truthOf: () => changed(0),
        model: another,
        random,
      }).judgements;
      expect(judged?.verdict).not.toBe('regressed');
      expect(judged?.metrics[0]?.ratio?.estimate).toBeLessThan(1.03);
    }
  });
});
