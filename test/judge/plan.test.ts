import { describe, expect, test } from 'vitest';
import { planNext } from '../../src/judge/index.ts';
import { around, exactBlocks, sampleOf, subjectOf } from './support.ts';

const gelu = subjectOf('gelu');
const softmax = subjectOf('softmax');
const copy = subjectOf('copy', { sentinel: true });
const named = (...kernels: string[]) => kernels.map((kernel) => ({ kernel, workload: 'N=1' }));
const flagged = around(1.3, 0.01, 6);
const still = around(1, 0.01, 6);
const open = around(1.03, 0.02, 6);

describe('the plan', () => {
  test('begins with three flagging blocks of everything', () => {
    expect(planNext([gelu, softmax, copy], [])).toEqual({
      phase: 'flag',
      blocks: 3,
      subjects: named('gelu', 'softmax', 'copy'),
    });
  });

  test('spends further blocks on what is open, the nearest to its margin first and sentinels before all', () => {
    const samples = [
      ...exactBlocks('gelu', around(0.9, 0.2, 3)),
      ...exactBlocks('softmax', around(1.03, 0.02, 3)),
      ...exactBlocks('far', around(1, 0.0001, 3)),
      ...exactBlocks('copy', around(1, 0.02, 3)),
    ];
    expect(planNext([gelu, softmax, subjectOf('far'), copy], samples)).toEqual({
      phase: 'flag',
      blocks: 1,
      subjects: named('copy', 'softmax', 'gelu'),
    });
  });

  test('spends what time there is on what can be decided in it, the quickest first', () => {
    const samples = [
      ...exactBlocks('gelu', around(1.0299, 0.02, 3)),
      ...exactBlocks('softmax', around(1.01, 0.01, 3)),
      ...exactBlocks('far', around(1, 0.01, 3)),
    ];
    const all = [gelu, softmax, subjectOf('far')];
    const order = (blocksLeft?: number) =>
      planNext(all, samples, blocksLeft === undefined ? {} : { blocksLeft });
    expect(order()).toMatchObject({ subjects: named('gelu', 'softmax', 'far') });
    expect(order(6)).toMatchObject({ subjects: named('far', 'softmax', 'gelu') });
    expect(order(3)).toMatchObject({ subjects: named('far', 'softmax', 'gelu') });
  });

  test('goes on with what looks better than it clearly is', () => {
    const better = exactBlocks('gelu', around(0.98, 0.005, 3));
    expect(planNext([gelu], better)).toMatchObject({ phase: 'flag', blocks: 1 });
    expect(planNext([gelu], exactBlocks('gelu', around(0.9, 0.001, 3)))).toEqual({ phase: 'done' });
  });

  test('finishes what is nearly done before it begins with more', () => {
    const samples = [...exactBlocks('gelu', [1]), ...exactBlocks('softmax', [1, 1])];
    expect(planNext([gelu, softmax], samples)).toEqual({
      phase: 'flag',
      blocks: 1,
      subjects: named('softmax', 'gelu'),
    });
  });

  test('gives what looks worse than its margin, and is not flagged after six blocks, up to twelve', () => {
    const lookingWorse = around(1.06, 0.05, 12);
    const planAfter = (count: number) => planNext([gelu], exactBlocks('gelu', lookingWorse.slice(0, count)));
    expect(planAfter(6)).toEqual({ phase: 'flag', blocks: 1, subjects: named('gelu') });
    expect(planAfter(8)).toMatchObject({ phase: 'flag', blocks: 1 });
    // By now it is flagged: fresh blocks decide.
    expect(planAfter(12)).toMatchObject({ phase: 'confirm', blocks: 3 });
    const onIt = exactBlocks('gelu', around(1.055, 0.08, 12));
    expect(planNext([gelu], onIt)).toEqual({ phase: 'done' });
  });

  test('confirms what is flagged by the time that flagging is over, and flags nothing more', () => {
    const samples = [
      ...exactBlocks('gelu', around(1.3, 0.01, 3)),
      ...exactBlocks('softmax', open.slice(0, 3)),
    ];
    expect(planNext([gelu, softmax, copy], samples)).toMatchObject({ phase: 'flag' });
    expect(planNext([gelu, softmax], samples, { flaggingIsOver: true })).toEqual({
      phase: 'confirm',
      blocks: 3,
      subjects: named('gelu'),
    });
    expect(planNext([softmax], samples, { flaggingIsOver: true })).toEqual({ phase: 'done' });
  });

  test('is done on a machine that changed', () => {
    expect(planNext([gelu], [], { machineChanged: 'another driver' })).toEqual({ phase: 'done' });
  });

  test('is done when nothing is flagged', () => {
    const samples = [...exactBlocks('gelu', still), ...exactBlocks('softmax', around(0.5, 0.01, 6))];
    expect(planNext([gelu, softmax], samples)).toEqual({ phase: 'done' });
  });

  test('confirms what is flagged in fresh blocks, three at first, and looks at the sentinels again', () => {
    const samples = [
      ...exactBlocks('gelu', flagged),
      ...exactBlocks('softmax', still),
      ...exactBlocks('copy', still),
    ];
    expect(planNext([gelu, softmax, copy], samples)).toEqual({
      phase: 'confirm',
      blocks: 3,
      subjects: named('copy', 'gelu'),
    });
    const planAfter = (ratios: readonly number[]) =>
      planNext(
        [gelu, softmax, copy],
        [
          ...samples,
          ...exactBlocks('gelu', ratios, { phase: 'confirm' }),
          ...exactBlocks('copy', around(1, 0.01, ratios.length), { phase: 'confirm' }),
        ],
      );
    const more = { phase: 'confirm', blocks: 1, subjects: named('copy', 'gelu') };
    // Certain after three; open after three, and then one at a time up to twelve; without hope after three.
    expect(planAfter(around(1.3, 0.01, 3))).toEqual({ phase: 'done' });
    expect(planAfter(around(1.06, 0.03, 3))).toEqual(more);
    expect(planAfter(around(1.08, 0.06, 11))).toEqual(more);
    expect(planAfter(around(1.08, 0.06, 12))).toEqual({ phase: 'done' });
    expect(planAfter(around(1.02, 0.01, 3))).toEqual({ phase: 'done' });
  });

  test('asks for more where other jobs are judged together with this one', () => {
    const samples = [
      ...exactBlocks('gelu', flagged),
      ...exactBlocks('gelu', around(1.15, 0.01, 3), { phase: 'confirm' }),
    ];
    expect(planNext([gelu], samples)).toEqual({ phase: 'done' });
    expect(planNext([gelu], samples, { shards: 8 })).toMatchObject({ phase: 'confirm', blocks: 1 });
  });

  test('lets go of a confirmed kernel while another one is open', () => {
    const samples = [...exactBlocks('gelu', flagged), ...exactBlocks('softmax', flagged)];
    const fresh = [
      ...exactBlocks('gelu', around(1.3, 0.01, 3), { phase: 'confirm' }),
      ...exactBlocks('softmax', around(1.06, 0.03, 3), { phase: 'confirm' }),
    ];
    expect(planNext([gelu, softmax], [...samples, ...fresh])).toEqual({
      phase: 'confirm',
      blocks: 1,
      subjects: named('softmax'),
    });
  });

  test('does not confirm what could not fail: estimated energy', () => {
    const estimated = subjectOf('gelu', { energyEstimated: true });
    const samples = exactBlocks('gelu', flagged).map((sample) => ({ ...sample, latencyMs: 1 }));
    expect(planNext([estimated], samples)).toEqual({ phase: 'done' });
    const allowed = { ...estimated, gate: { ...gelu.gate, energy: { margin: 0.03, allowEstimated: true } } };
    expect(planNext([allowed], samples)).toMatchObject({ phase: 'confirm' });
  });

  test('does not confirm anything while a sentinel moves', () => {
    const samples = [...exactBlocks('gelu', flagged), ...exactBlocks('copy', around(0.8, 0.01, 6))];
    expect(planNext([gelu, copy], samples)).toEqual({ phase: 'done' });
  });
});

describe('void blocks', () => {
  const voided = (kernel: string, block: number) =>
    (['B', 'H'] as const).map((arm) => sampleOf({ kernel, arm, block, voidReasons: ['thermal slowdown'] }));

  test('are measured again, of the subjects that lack them, and no more than that', () => {
    const samples = [
      ...exactBlocks('gelu', open.slice(0, 4)),
      ...voided('gelu', 4),
      ...voided('gelu', 5),
      ...exactBlocks('softmax', open.slice(0, 5)),
      ...voided('softmax', 5),
    ];
    expect(planNext([gelu, softmax, copy], [...samples, ...exactBlocks('copy', still)])).toEqual({
      phase: 'flag',
      blocks: 1,
      subjects: named('gelu', 'softmax'),
    });
  });

  test('are measured again if only energy is void', () => {
    const samples = exactBlocks('gelu', open).map((sample) =>
      sample.block === 0
        ? { ...sample, joules: null, voidReasons: ['the energy counter went back'] }
        : sample,
    );
    expect(planNext([gelu], samples)).toMatchObject({ phase: 'flag', blocks: 1 });
  });

  test('are none without a meter', () => {
    const samples = exactBlocks('gelu', still).map((sample) => ({ ...sample, joules: null }));
    expect(planNext([gelu], samples)).toEqual({ phase: 'done' });
  });

  test('end at twice the wanted number of tries', () => {
    const tried = [
      ...exactBlocks('gelu', around(1.01, 0.03, 3)),
      ...[3, 4, 5, 6, 7, 8, 9, 10].flatMap((block) => voided('gelu', block)),
    ];
    expect(planNext([gelu], tried)).toMatchObject({ phase: 'flag', blocks: 1 });
    expect(planNext([gelu], [...tried, ...voided('gelu', 11)])).toEqual({ phase: 'done' });
  });

  test('are given up where no block ever counted', () => {
    expect(
      planNext(
        [gelu],
        [0, 1].flatMap((block) => voided('gelu', block)),
      ),
    ).toMatchObject({ blocks: 3 });
    expect(
      planNext(
        [gelu],
        [0, 1, 2].flatMap((block) => voided('gelu', block)),
      ),
    ).toEqual({ phase: 'done' });
  });
});
