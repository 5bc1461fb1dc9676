import { describe, expect, test } from 'vitest';
import { planNext } from '../../src/judge/index.ts';
import { around, exactBlocks, sampleOf, subjectOf } from './support.ts';

const gelu = subjectOf('gelu');
const softmax = subjectOf('softmax');
const copy = subjectOf('copy', { sentinel: true });
const named = (...kernels: string[]) => kernels.map((kernel) => ({ kernel, workload: 'N=1' }));
const flagged = around(1.3, 0.01, 6);
const still = around(1, 0.01, 6);

describe('the plan', () => {
  test('begins with six flagging blocks of everything', () => {
    expect(planNext([gelu, softmax, copy], [])).toEqual({
      phase: 'flag',
      blocks: 6,
      subjects: named('gelu', 'softmax', 'copy'),
    });
  });

  test('is done when nothing is flagged', () => {
    const samples = [...exactBlocks('gelu', still), ...exactBlocks('softmax', around(0.5, 0.01, 6))];
    expect(planNext([gelu, softmax], samples)).toEqual({ phase: 'done' });
  });

  test('confirms what is flagged in nine fresh blocks, and looks at the sentinels again', () => {
    const samples = [
      ...exactBlocks('gelu', flagged),
      ...exactBlocks('softmax', still),
      ...exactBlocks('copy', still),
    ];
    expect(planNext([gelu, softmax, copy], samples)).toEqual({
      phase: 'confirm',
      blocks: 9,
      subjects: named('gelu', 'copy'),
    });
    const confirmed = [
      ...exactBlocks('gelu', around(1.3, 0.01, 9), { phase: 'confirm' }),
      ...exactBlocks('copy', around(1, 0.01, 9), { phase: 'confirm' }),
    ];
    expect(planNext([gelu, softmax, copy], [...samples, ...confirmed])).toEqual({ phase: 'done' });
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
      ...exactBlocks('gelu', still.slice(0, 4)),
      ...voided('gelu', 4),
      ...voided('gelu', 5),
      ...exactBlocks('softmax', still.slice(0, 5)),
      ...voided('softmax', 5),
    ];
    expect(planNext([gelu, softmax, copy], [...samples, ...exactBlocks('copy', still)])).toEqual({
      phase: 'flag',
      blocks: 1,
      subjects: named('gelu', 'softmax'),
    });
  });

  test('are measured again if only energy is void', () => {
    const samples = exactBlocks('gelu', still).map((sample) =>
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
      ...exactBlocks('gelu', [1, 1, 1]),
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
    ).toMatchObject({ blocks: 6 });
    expect(
      planNext(
        [gelu],
        [0, 1, 2].flatMap((block) => voided('gelu', block)),
      ),
    ).toEqual({ phase: 'done' });
  });
});
