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
const listed = (
  kernel: string,
  verdict: 'identical' | 'new' | 'removed' | 'missing-baseline' | 'wrong-result',
) => ({
  kernel,
  workload: 'N=1',
  verdict,
});

describe('a wrong result', () => {
  const of = (accepts: (kernel: string) => boolean, failOn: Parameters<typeof overallVerdict>[0]['failOn']) =>
    overallVerdict({
      judgements: [],
      listed: [listed('gelu', 'wrong-result'), listed('relu', 'identical')],
      failOn,
      accepts,
    });

  test('fails where the gate fails on it, and is named', () => {
    const found = of(() => false, ['regressed', 'wrong-result']);
    expect(found).toMatchObject({ verdict: 'failed', accepted: [] });
    expect(found.reason).toBe('The gate failed: gelu (N=1) wrong-result.');
    expect(of(() => false, ['regressed']).verdict).toBe('nothing-gated');
  });

  test('passes where it is accepted, and is named', () => {
    const found = of((kernel) => kernel === 'gelu', ['wrong-result']);
    expect(found).toMatchObject({ verdict: 'passed', failing: [] });
    expect(found.accepted).toEqual([{ kernel: 'gelu', workload: 'N=1', verdict: 'wrong-result' }]);
    expect(found.reason).toContain('Accepted: gelu (N=1) wrong-result.');
  });
});

describe('an accepted regression', () => {
  const judged = (
    accepts: (kernel: string) => boolean,
    more: readonly (readonly [Subject, readonly BlockSample[]])[] = [],
  ) => {
    const measured = [[gelu, worse('gelu')] as const, ...more];
    const judgements = judge(
      measured.map(([subject]) => subject),
      measured.flatMap(([, samples]) => samples),
    );
    return overallVerdict({
      judgements,
      listed: [listed('relu', 'identical')],
      failOn: gate.failOn,
      accepts,
    });
  };

  test('passes, and is named', () => {
    const found = judged(() => true, [[softmax, same('softmax')]]);
    expect(found).toMatchObject({ verdict: 'passed', failing: [] });
    expect(found.accepted).toEqual([{ kernel: 'gelu', workload: 'N=1', verdict: 'regressed' }]);
    expect(found.reason).toBe(
      'Nothing else regressed in 2 comparisons (1 regressed, 1 unchanged, 1 identical). Accepted: gelu (N=1) regressed.',
    );
  });

  test('accepts no other kernel', () => {
    const found = judged((kernel) => kernel === 'gelu', [[softmax, worse('softmax')]]);
    expect(found.verdict).toBe('failed');
    expect(found.failing.map(({ kernel }) => kernel)).toEqual(['softmax']);
  });

  test('is something that was measured: what does not run, or has no baseline, is not accepted', () => {
    const failing = (verdict: 'regressed' | 'missing-baseline') =>
      overallVerdict({
        judgements: [],
        listed: [{ kernel: 'gelu', workload: 'N=1', verdict }],
        failOn: gate.failOn,
        accepts: () => true,
      }).verdict;
    expect([failing('regressed'), failing('missing-baseline')]).toEqual(['failed', 'failed']);
  });
});

describe('a run', () => {
  test('passes if nothing regressed', () => {
    expect(overall([[gelu, same('gelu')]], [listed('relu', 'identical')])).toEqual({
      verdict: 'passed',
      gated: 1,
      failing: [],
      accepted: [],
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
      accepted: [],
      unjudged: [],
      reason: 'Nothing had to be measured: 2 identical, 1 new.',
    });
  });

  test('that gated nothing is never green', () => {
    expect(overall([]).verdict).toBe('nothing-gated');
    expect(overall([], [listed('a', 'missing-baseline')], []).verdict).toBe('nothing-gated');
    const lost = overall([[gelu, voided('gelu')]]);
    expect(lost).toMatchObject({ verdict: 'could-not-measure', gated: 0 });
    expect(lost.reason).toBe('Nothing was gated. Not judged, for want of blocks: gelu (N=1) inconclusive.');
    expect(overall([[gelu, []]], [listed('relu', 'identical')]).verdict).toBe('could-not-measure');
  });

  test('in which not everything was judged is partial, and names the rest', () => {
    const { verdict, gated, unjudged, reason } = overall([
      [gelu, voided('gelu')],
      [softmax, same('softmax')],
    ]);
    expect([verdict, gated]).toEqual(['partial', 1]);
    expect(unjudged).toEqual([{ kernel: 'gelu', workload: 'N=1', verdict: 'inconclusive' }]);
    expect(reason).toContain('Not judged, for want of blocks: gelu (N=1) inconclusive.');
  });

  test('whose sentinel moved is neither green nor red', () => {
    const moving = [
      [gelu, worse('gelu')],
      [copy, exactBlocks('copy', around(1.2, 0.01, 6))],
    ] as const;
    expect(overall(moving)).toMatchObject({ verdict: 'environment', gated: 0, failing: [] });
    expect(overall(moving, [listed('relu', 'missing-baseline')]).verdict).toBe('failed');
  });

  test('with a suspicion that nobody followed up is partial', () => {
    const suspected = overall([
      [gelu, exactBlocks('gelu', around(1.3, 0.01, 6))],
      [softmax, same('softmax')],
    ]);
    expect(suspected.verdict).toBe('partial');
    expect(suspected.unjudged).toEqual([{ kernel: 'gelu', workload: 'N=1', verdict: 'inconclusive' }]);
  });

  test('on a device noisier than twice the margins gates nothing that it cannot decide', () => {
    const noisy = { noiseFloor: { energy: 0.2, latency: 0.2 } };
    const open = exactBlocks('gelu', around(1.06, 0.08, 6));
    expect(overall([[gelu, open]], [], gate.failOn, noisy)).toMatchObject({
      verdict: 'environment',
      gated: 0,
    });
  });

  test('on a machine that changed meanwhile is neither green nor red', () => {
    const machineChanged = 'a process ran on another driver';
    const judgements = judge([gelu], worse('gelu'), { machineChanged });
    expect(judgements[0]?.verdict).toBe('environment');
    const found = overallVerdict({ judgements, listed: [], failOn: gate.failOn, machineChanged });
    expect(found).toMatchObject({ verdict: 'environment', failing: [] });
    expect(found.reason).toContain('a process ran on another driver');
  });

  test('in which one kernel was disturbed and the others passed is partial', () => {
    const disturbed = [0, 1, 2].flatMap((block) =>
      (['B', 'H'] as const).map((arm) =>
        sampleOf({ kernel: 'gelu', arm, block, voidReasons: ['software thermal slowdown of the GPU'] }),
      ),
    );
    expect(overall([[gelu, disturbed]])).toMatchObject({ verdict: 'environment', gated: 0 });
    const beside = overall([
      [gelu, disturbed],
      [softmax, same('softmax')],
    ]);
    expect(beside.verdict).toBe('partial');
    expect(beside.reason).toContain('gelu (N=1) environment');
  });

  test('does not count sentinels as gated', () => {
    expect(overall([[copy, same('copy')]], [listed('gelu', 'identical')])).toMatchObject({
      verdict: 'passed',
      gated: 0,
    });
  });
});
