import { describe, expect, test } from 'vitest';
import { judge, overallVerdict, type Subject } from '../../src/judge/index.ts';
import type { BlockSample } from '../../src/measure/index.ts';
import { around, exactBlocks, gate, sampleOf, subjectOf } from './support.ts';

const gelu = subjectOf('gelu');
const softmax = subjectOf('softmax');
const copy = subjectOf('copy', { sentinel: true });

function overall(
  measured: readonly (readonly [Subject, readonly BlockSample[]])[],
  listed: Parameters<typeof overallVerdict>[0]['listed'] = [],
  failOn: Parameters<typeof overallVerdict>[0]['failOn'] = gate.failOn,
  options = {},
) {
  const judgements = judge(
    measured.map(([subject]) => subject),
    measured.flatMap(([, samples]) => samples),
    options,
  );
  return overallVerdict({ judgements, listed, failOn });
}

const same = (kernel: string) => exactBlocks(kernel, around(1, 0.01, 6));
const worse = (kernel: string) => [
  ...exactBlocks(kernel, around(1.3, 0.01, 6)),
  ...exactBlocks(kernel, around(1.3, 0.01, 9), { phase: 'confirm' }),
];
const voided = (kernel: string) =>
  [0, 1, 2].flatMap((block) =>
    (['B', 'H'] as const).map((arm) => sampleOf({ kernel, arm, block, voidReasons: ['crash: gone'] })),
  );
const listed = (kernel: string, verdict: 'identical' | 'new' | 'removed' | 'missing-baseline') => ({
  kernel,
  workload: 'N=1',
  verdict,
});

describe('a run', () => {
  test('passes if nothing regressed', () => {
    expect(overall([[gelu, same('gelu')]], [listed('relu', 'identical')])).toEqual({
      verdict: 'passed',
      gated: 1,
      failing: [],
      unjudged: [],
      reason: 'Nothing regressed in 1 comparison (1 unchanged, 1 identical).',
    });
  });

  test('fails if one kernel regressed', () => {
    const { verdict, failing, reason } = overall([
      [gelu, worse('gelu')],
      [softmax, same('softmax')],
    ]);
    expect(verdict).toBe('failed');
    expect(failing).toEqual([{ kernel: 'gelu', workload: 'N=1', verdict: 'regressed' }]);
    expect(reason).toBe('The gate failed: gelu (N=1) regressed.');
  });

  test('fails if a baseline is missing, even if nothing else was wrong', () => {
    expect(overall([[gelu, same('gelu')]], [listed('relu', 'missing-baseline')]).verdict).toBe('failed');
  });

  test('fails on what the manifest lists, for all kernels or each by its own gate', () => {
    expect(overall([[gelu, worse('gelu')]], [], []).verdict).toBe('passed');
    expect(overall([[gelu, same('gelu')]], [], ['unchanged']).verdict).toBe('failed');
    const own = (kernel: string) => (kernel === 'softmax' ? (['regressed'] as const) : []);
    expect(overall([[gelu, worse('gelu')]], [], own).verdict).toBe('passed');
    expect(overall([[softmax, worse('softmax')]], [], own).verdict).toBe('failed');
  });

  test('is green without a measurement only if there was nothing to compare, and says so', () => {
    expect(overall([], [listed('a', 'identical'), listed('b', 'identical'), listed('c', 'new')])).toEqual({
      verdict: 'passed',
      gated: 0,
      failing: [],
      unjudged: [],
      reason: 'Nothing had to be measured: 2 identical, 1 new.',
    });
  });

  test('that gated nothing is never green', () => {
    expect(overall([]).verdict).toBe('nothing-gated');
    expect(overall([], [listed('a', 'missing-baseline')], []).verdict).toBe('nothing-gated');
    const lost = overall([[gelu, voided('gelu')]]);
    expect(lost).toMatchObject({ verdict: 'could-not-measure', gated: 0 });
    expect(lost.reason).toBe('Nothing was gated. Not enough could be measured of gelu (N=1) inconclusive.');
    expect(overall([[gelu, []]], [listed('relu', 'identical')]).verdict).toBe('could-not-measure');
  });

  test('names what could not be measured beside what could', () => {
    const { verdict, gated, unjudged, reason } = overall([
      [gelu, voided('gelu')],
      [softmax, same('softmax')],
    ]);
    expect([verdict, gated]).toEqual(['passed', 1]);
    expect(unjudged).toEqual([{ kernel: 'gelu', workload: 'N=1', verdict: 'inconclusive' }]);
    expect(reason).toContain('Not enough could be measured of gelu (N=1) inconclusive.');
  });

  test('whose sentinel moved is neither green nor red', () => {
    const moving = [
      [gelu, worse('gelu')],
      [copy, exactBlocks('copy', around(1.2, 0.01, 6))],
    ] as const;
    expect(overall(moving)).toMatchObject({ verdict: 'environment', gated: 0, failing: [] });
    expect(overall(moving, [listed('relu', 'missing-baseline')]).verdict).toBe('failed');
  });

  test('on a device noisier than twice the margins gates nothing', () => {
    const noisy = { noiseFloor: { energy: 0.2, latency: 0.2 } };
    expect(overall([[gelu, worse('gelu')]], [], gate.failOn, noisy)).toMatchObject({
      verdict: 'environment',
      gated: 0,
    });
  });

  test('does not count sentinels as gated', () => {
    expect(overall([[copy, same('copy')]], [listed('gelu', 'identical')])).toMatchObject({
      verdict: 'passed',
      gated: 0,
    });
  });
});
