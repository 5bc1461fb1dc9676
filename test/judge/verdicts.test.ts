import { describe, expect, test } from 'vitest';
import { compareArms, judge, type Subject } from '../../src/judge/index.ts';
import type { BlockSample } from '../../src/measure/index.ts';
import { createRandom } from '../../src/stats/index.ts';
import { around, drawBlocks, exactBlocks, gate, sampleOf, subjectOf } from './support.ts';

const gelu = subjectOf('gelu');

/** Flagging and, if given, confirming blocks with these ratios, in energy and latency alike. */
function blocks(flag: readonly number[], confirm: readonly number[] = []): BlockSample[] {
  return [...exactBlocks('gelu', flag), ...exactBlocks('gelu', confirm, { phase: 'confirm' })];
}

function judgeOne(samples: readonly BlockSample[], subject: Subject = gelu, options = {}) {
  const judgement = judge([subject], samples, options)[0];
  if (judgement === undefined) throw new Error('no judgement');
  const [energy, latency] = judgement.metrics;
  if (energy?.metric !== 'energy' || latency?.metric !== 'latency') throw new Error('metrics are missing');
  return { ...judgement, energy, latency };
}

describe('a verdict', () => {
  test('is regressed if fresh blocks confirm what the first ones flagged', () => {
    const { verdict, energy, reason } = judgeOne(blocks(around(1.1, 0.01, 6), around(1.1, 0.01, 9)));
    expect(verdict).toBe('regressed');
    expect(energy).toMatchObject({
      verdict: 'regressed',
      gates: true,
      flagged: true,
      blocks: 9,
      margin: 0.03,
    });
    expect(energy.confirmP).toBeLessThan(1e-6);
    expect(reason).toMatch(
      /^energy: \+1\d % \(95 % interval \+\d[.\d]* % to \+1\d %\) is above the margin of 3 %, confirmed in 9 fresh blocks \(p < 0\.0001\)$/,
    );
  });

  test('is never regressed on the flagging blocks alone', () => {
    const { verdict, energy } = judgeOne(blocks(around(1.5, 0.01, 6)));
    expect(verdict).toBe('inconclusive');
    expect(energy.flagged).toBe(true);
    expect(energy.reason).toContain('looks above the margin of 3 %, but too few fresh blocks confirmed it');
    expect(judgeOne(blocks(around(1.5, 0.01, 6), [1.5, 1.51])).verdict).toBe('inconclusive');
  });

  test('rests on the fresh blocks only: what the first ones showed is forgotten', () => {
    const { verdict, energy } = judgeOne(blocks(around(1.5, 0.01, 6), around(1, 0.01, 9)));
    expect(verdict).toBe('unchanged');
    expect(energy.ratio?.estimate).toBeCloseTo(1, 2);
  });

  test('is unchanged if clearly below the margin', () => {
    expect(judgeOne(blocks(around(1.0, 0.01, 6))).verdict).toBe('unchanged');
    expect(judgeOne(blocks(around(1.015, 0.003, 6))).verdict).toBe('unchanged');
  });

  test('is improved if clearly more than 1 % better', () => {
    const { verdict, reason } = judgeOne(blocks(around(0.8, 0.01, 6)));
    expect(verdict).toBe('improved');
    expect(reason).toContain('is clearly below -1.0 %');
    expect(judgeOne(blocks(around(0.995, 0.001, 6))).verdict).toBe('unchanged');
  });

  test('is inconclusive if the margin lies inside what cannot be told apart', () => {
    const { verdict, reason } = judgeOne(blocks(around(1.03, 0.05, 6)));
    expect(verdict).toBe('inconclusive');
    expect(reason).toContain('may lie on either side of the margin of 3 %');
  });

  test('has a ratio with an interval of t, wide enough for where its blocks may have ended', () => {
    // d = -+.01 six times: sd .01 sqrt(6/5), t(.98, 5) = 2.7565: 96 % of a fixed number of blocks.
    const { latency } = judgeOne(blocks(around(1, 0.01, 6)));
    const reach = (2.756508 * 0.01 * Math.sqrt(6 / 5)) / Math.sqrt(6);
    expect(latency.ratio?.estimate).toBeCloseTo(1, 12);
    expect(latency.ratio?.low).toBeCloseTo(Math.exp(-reach), 7);
    expect(latency.ratio?.high).toBeCloseTo(Math.exp(reach), 7);
  });

  test('takes the worst metric that gates', () => {
    const better = drawBlocks({
      kernel: 'gelu',
      phase: 'flag',
      blocks: 6,
      truth: { energy: -0.2, latency: 0 },
      random: createRandom(1),
    });
    expect(judgeOne(better)).toMatchObject({
      verdict: 'improved',
      energy: { verdict: 'improved' },
      latency: { verdict: 'unchanged' },
    });
    const open = better.map((sample) => ({ ...sample, latencyMs: sample.block % 2 === 0 ? 1 : 1.5 }));
    const mixed = open.map((sample) => (sample.arm === 'B' ? { ...sample, latencyMs: 1.2 } : sample));
    expect(judgeOne(mixed)).toMatchObject({ verdict: 'inconclusive', energy: { verdict: 'improved' } });
  });
});

describe('few or void blocks', () => {
  test.each([0, 1, 2])('%i blocks decide nothing, however far apart the arms are', (count) => {
    const judgement = judgeOne(blocks(around(5, 0.001, count), around(5, 0.001, count)));
    expect(judgement.verdict).toBe('inconclusive');
    expect(judgement.energy.ratio).toBeNull();
    expect(judgement.energy.flagged).toBe(false);
  });

  test('three blocks can still find a regression: no test that cannot fire', () => {
    expect(judgeOne(blocks([1.49, 1.5, 1.51], [1.49, 1.5, 1.51])).verdict).toBe('regressed');
  });

  test('say why they are void', () => {
    const samples = blocks([1, 1.01]).concat(
      sampleOf({ kernel: 'gelu', arm: 'B', block: 2, voidReasons: ['not measured because arm H failed'] }),
      sampleOf({ kernel: 'gelu', arm: 'H', block: 2, voidReasons: ['crash: gone'] }),
    );
    expect(judgeOne(samples).latency.reason).toBe(
      'only 2 blocks can be used: not measured because arm H failed; crash: gone',
    );
  });

  test('a sample without its partner does not count', () => {
    const samples = blocks(around(2, 0.01, 6)).filter(({ arm, block }) => arm === 'B' || block < 2);
    expect(judgeOne(samples).latency).toMatchObject({ verdict: 'inconclusive', blocks: 2 });
  });

  test('values that no logarithm can be taken of are no measurement', () => {
    const samples = blocks(around(1, 0.01, 6)).map((sample) => ({ ...sample, joules: 0 }));
    const { energy, verdict } = judgeOne(samples);
    expect(energy).toMatchObject({ verdict: 'inconclusive', ratio: null, gates: false });
    expect(verdict).toBe('unchanged');
  });

  test('shards that numbered their blocks alike are not mixed', () => {
    const one = exactBlocks('gelu', [1, 1.01, 0.99]);
    const other = one.map((sample) => ({ ...sample, latencyMs: 100 * (sample.latencyMs ?? 0), joules: 100 }));
    const { latency } = judgeOne([...one, ...other]);
    expect(latency).toMatchObject({ blocks: 6, verdict: 'unchanged' });
  });
});

describe('energy', () => {
  test('without a meter is left out, latency gates alone', () => {
    const samples = blocks(around(1.2, 0.01, 6), around(1.2, 0.01, 9)).map((s) => ({ ...s, joules: null }));
    const { verdict, energy, latency } = judgeOne(samples);
    expect(verdict).toBe('regressed');
    expect(latency.verdict).toBe('regressed');
    expect(energy).toMatchObject({ gates: false, ratio: null, verdict: 'inconclusive' });
    expect(energy.reason).toBe('there is no meter: energy was not measured');
  });

  const energyOnly = [
    ...exactBlocks('gelu', around(1.3, 0.01, 6)),
    ...exactBlocks('gelu', around(1.3, 0.01, 9), { phase: 'confirm' }),
  ].map((sample) => ({ ...sample, latencyMs: 1 }));

  test('that is estimated never gates by itself', () => {
    const { verdict, energy } = judgeOne(energyOnly, { ...gelu, energyEstimated: true });
    expect(verdict).toBe('unchanged');
    expect(energy).toMatchObject({ verdict: 'regressed', gates: false });
    expect(judgeOne(energyOnly).verdict).toBe('regressed');
  });

  test('that is estimated gates if the manifest says so', () => {
    const allowed = { ...gate, energy: { margin: 0.03, allowEstimated: true } };
    expect(judgeOne(energyOnly, { ...gelu, energyEstimated: true, gate: allowed }).verdict).toBe('regressed');
  });

  test('that does not gate and was not confirmed says so', () => {
    const flagOnly = energyOnly.filter(({ phase }) => phase === 'flag');
    const { energy } = judgeOne(flagOnly, { ...gelu, energyEstimated: true });
    expect(energy.reason).toContain('but it does not gate, so it was not confirmed');
  });
});

describe('resolution', () => {
  test('keeps readings that agree by accident from looking certain', () => {
    // Every block reads +6 %, but the timer cannot tell 10 %.
    const ratios = new Array<number>(6).fill(1.06);
    const coarse = exactBlocks('gelu', ratios, { latencyResolution: 0.1, energyResolution: 0.1 });
    expect(judgeOne(coarse).latency).toMatchObject({ flagged: false, verdict: 'inconclusive' });
    expect(judgeOne(exactBlocks('gelu', ratios)).latency.flagged).toBe(true);
  });

  test('is a seventh of the margin at best: equal readings do not make a hair beyond the margin certain', () => {
    const equal = (ratio: number) => blocks(new Array(6).fill(ratio), new Array(9).fill(ratio));
    expect(judgeOne(equal(1.0301)).energy).toMatchObject({ flagged: false, verdict: 'inconclusive' });
    expect(judgeOne(equal(1.045)).energy.verdict).toBe('regressed');
    const { low, high } = judgeOne(equal(1)).energy.ratio ?? { low: 1, high: 1 };
    expect(high - low).toBeGreaterThan(0.001);
  });
});

describe('a noisy device', () => {
  const samples = blocks(around(1.08, 0.005, 6), around(1.08, 0.005, 9));

  test('widens a margin up to twofold', () => {
    expect(judgeOne(samples, gelu, { noiseFloor: { energy: null, latency: null } }).verdict).toBe(
      'regressed',
    );
    const widened = judgeOne(samples, gelu, { noiseFloor: { energy: 0.059, latency: 0.095 } });
    expect(widened.energy).toMatchObject({ margin: 0.059, verdict: 'regressed' });
    expect(widened.latency).toMatchObject({ margin: 0.095, verdict: 'unchanged' });
    expect(widened.latency.reason).toContain('the margin of 9.5 % (widened to the noise of this device)');
  });

  const deafening = { noiseFloor: { energy: 5, latency: 5 } };

  test('excuses what cannot be decided even then', () => {
    const open = blocks(around(1.06, 0.05, 6));
    expect(judgeOne(open).verdict).toBe('inconclusive');
    const { verdict, energy } = judgeOne(open, gelu, deafening);
    expect(verdict).toBe('environment');
    expect(energy.margin).toBe(0.06);
    expect(energy.reason).toContain("this device's noise of 500 % is more than that");
  });

  test('never takes back a red, nor a green: what is kept between runs may have been written by anybody', () => {
    const red = blocks(around(1.2, 0.005, 6), around(1.2, 0.005, 9));
    expect(judgeOne(red, gelu, deafening).verdict).toBe('regressed');
    expect(judgeOne(blocks(around(1, 0.005, 6)), gelu, deafening).verdict).toBe('unchanged');
  });
});

describe('a sentinel', () => {
  const copy = subjectOf('copy', { sentinel: true });
  const red = blocks(around(1.2, 0.01, 6), around(1.2, 0.01, 9));

  test('that stands still changes nothing', () => {
    const [judged, sentinel] = judge([gelu, copy], [...red, ...exactBlocks('copy', around(1, 0.01, 6))]);
    expect(judged?.verdict).toBe('regressed');
    expect(sentinel).toMatchObject({ verdict: 'unchanged', sentinel: true });
    expect(sentinel?.metrics.map(({ gates }) => gates)).toEqual([false, false]);
  });

  test.each([1.2, 0.8])('that moves by a factor of %d turns every red into environment', (factor) => {
    const [judged, sentinel] = judge([gelu, copy], [...red, ...exactBlocks('copy', around(factor, 0.01, 6))]);
    expect(judged?.verdict).toBe('environment');
    expect(judged?.reason).toMatch(/the energy of sentinel copy moved by .*: the machine changed/);
    expect(sentinel?.verdict).toBe('environment');
  });

  test('that moves between flagging and confirming is noticed', () => {
    const samples = [
      ...red,
      ...exactBlocks('copy', around(1, 0.01, 6)),
      ...exactBlocks('copy', around(1.15, 0.01, 9), { phase: 'confirm' }),
    ];
    expect(judge([gelu, copy], samples)[0]?.verdict).toBe('environment');
  });

  test('takes back improvements as well, but not what did not move', () => {
    const moving = exactBlocks('copy', around(0.8, 0.01, 6));
    expect(judge([gelu, copy], [...blocks(around(0.8, 0.01, 6)), ...moving])[0]?.verdict).toBe('environment');
    expect(judge([gelu, copy], [...blocks(around(1, 0.01, 6)), ...moving])[0]?.verdict).toBe('unchanged');
  });

  test('whose energy is only estimated is watched by its latency', () => {
    const moving = exactBlocks('copy', around(1.2, 0.01, 6)).map((s) => ({ ...s, latencyMs: 1 }));
    const estimated = { ...copy, energyEstimated: true };
    expect(judge([gelu, estimated], [...red, ...moving])[0]?.verdict).toBe('regressed');
  });
});

describe('attribution', () => {
  const withX = subjectOf('gelu', { arms: ['B', 'H', 'X'] });
  const attributionOf = (codeShare: number, change = 0.2) => {
    const random = createRandom(11);
    const truth = { energy: change, latency: change, codeShare };
    const samples = (['flag', 'confirm'] as const).flatMap((phase) =>
      drawBlocks({ kernel: 'gelu', phase, blocks: 9, truth, random, arms: ['B', 'H', 'X'] }),
    );
    return judgeOne(samples, withX).attribution;
  };

  test.each([
    [1, 'code'],
    [0, 'tuning'],
    [0.5, 'both'],
    [0.95, 'code'],
    // The code alone would be slower still; tuning wins some of it back.
    [1.5, 'code'],
  ])('of a regression whose share of code is %d is %s', (share, expected) => {
    expect(attributionOf(share)).toBe(expected);
  });

  test('works for improvements', () => {
    expect(attributionOf(0, -0.2)).toBe('tuning');
  });

  test('is not given without X, nor where nothing moved', () => {
    expect(judgeOne(blocks(around(1.1, 0.01, 6), around(1.1, 0.01, 9))).attribution).toBeNull();
    expect(attributionOf(1, 0)).toBeNull();
  });

  test('compares any two arms for advice', () => {
    const samples = exactBlocks('gelu', around(1.2, 0.01, 6)).map((sample) =>
      sample.arm === 'B' ? { ...sample, arm: 'R' as const } : sample,
    );
    const request = { subject: gelu, samples, metric: 'latency', from: 'H', to: 'R' } as const;
    expect(compareArms(request)?.estimate).toBeCloseTo(1 / 1.2, 9);
    expect(compareArms({ ...request, to: 'X' })).toBeNull();
  });
});
