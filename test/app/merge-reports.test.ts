import { describe, expect, it } from 'vitest';
import { mergeReports } from '../../src/app/fleet/index.ts';
import { type ReportGuard, validateReport } from '../../src/schema/index.ts';
import { kernelOf, reportOf, samplesOf } from '../support/shard-reports.ts';

const red = reportOf([kernelOf('bad')], samplesOf('bad', 1.5));
const calm = reportOf([kernelOf('good')], samplesOf('good', 1));
const sentinel = (change: Parameters<typeof kernelOf>[1] = {}) =>
  kernelOf('sentinel', { sentinel: true, ...change });

function merge(reports: readonly ReportGuard[], gaps: readonly string[] = []) {
  return mergeReports({ reports, gaps, failOn: null });
}

describe('reports of shards, judged together', () => {
  it('fail for a regression in any of them, whatever its report says', () => {
    const merged = merge([calm, red]);
    expect(merged).toMatchObject({ verdict: 'failed', exitCode: 1, counts: { regressed: 1, unchanged: 1 } });
    expect(merged.kernels.find(({ kernel }) => kernel === 'bad')).toMatchObject({
      verdict: 'regressed',
      fails: true,
    });
  });

  it('pass where nothing regressed', () => {
    expect(merge([calm])).toMatchObject({ verdict: 'passed', exitCode: 0 });
  });

  it('are not green where a shard is missing, and say which', () => {
    const merged = merge([calm], ['No report of 2of2 on nvidia-h200.']);
    expect(merged).toMatchObject({ verdict: 'could-not-measure', exitCode: 3 });
    expect(merged.reason).toContain('2of2 on nvidia-h200');
  });

  it.each([130, 3, 4] as const)('are not green where a shard ended with status %i', (exitCode) => {
    const cut = reportOf([kernelOf('late', { blocks: 6 })], [], { exitCode });
    expect(merge([calm, cut])).toMatchObject({ verdict: 'could-not-measure', exitCode: 3 });
    expect(merge([red, cut])).toMatchObject({ verdict: 'failed', exitCode: 1 });
  });

  it('let a sentinel speak for its own machine only', () => {
    const drifting = reportOf(
      [kernelOf('good'), sentinel()],
      [...samplesOf('good', 1), ...samplesOf('sentinel', 1.5)],
    );
    const still = reportOf(
      [kernelOf('bad'), sentinel()],
      [...samplesOf('bad', 1.5), ...samplesOf('sentinel', 1)],
    );
    expect(merge([drifting, still])).toMatchObject({ verdict: 'failed', exitCode: 1 });
    const excused = reportOf(
      [kernelOf('bad'), sentinel()],
      [...samplesOf('bad', 1.5), ...samplesOf('sentinel', 1.5)],
    );
    expect(merge([calm, excused])).toMatchObject({ exitCode: 0, counts: { environment: 2 } });
  });

  it('have the noise floor of the machine each was measured on', () => {
    const noisy = { ...calm, noiseFloor: { energy: null, latency: 0.09 } };
    expect(merge([noisy, red])).toMatchObject({ verdict: 'failed', exitCode: 1 });
  });

  it('fail by each kernel’s own gate, or by the input', () => {
    const advisory = reportOf([kernelOf('bad', { failOn: [] })], samplesOf('bad', 1.5));
    expect(merge([advisory])).toMatchObject({ exitCode: 0, counts: { regressed: 1 } });
    expect(mergeReports({ reports: [advisory], gaps: [], failOn: ['regressed'] }).exitCode).toBe(1);
  });

  it('accept a regression by the label that its report names, and by no other', () => {
    const labelled = reportOf([kernelOf('bad', { acceptLabel: 'Slower' })], samplesOf('bad', 1.5));
    const withLabels = (labels: readonly string[] | null, reports: readonly ReportGuard[] = [labelled]) =>
      mergeReports({ reports, gaps: [], failOn: null, labels });
    expect(withLabels(['slower'])).toMatchObject({
      verdict: 'passed',
      exitCode: 0,
      kernels: [{ verdict: 'regressed', fails: false, accepted: 'Slower' }],
    });
    expect(withLabels(['faster'])).toMatchObject({ verdict: 'failed', exitCode: 1 });
    expect(withLabels(null)).toMatchObject({ verdict: 'failed', exitCode: 1 });
    expect(
      withLabels(['slower'], [labelled, reportOf([kernelOf('worse')], samplesOf('worse', 1.5))]),
    ).toMatchObject({
      verdict: 'failed',
      reason: expect.stringContaining(
        'The gate failed: worse (N=1) regressed. Accepted: bad (N=1) regressed.',
      ),
    });
  });

  it('judge on the blocks of earlier attempts as well', () => {
    const now = samplesOf('bad', 1.04);
    const before = samplesOf('bad', 1.5).map((sample) => ({ ...sample, attempt: 1 }));
    expect(merge([reportOf([kernelOf('bad')], now)])).toMatchObject({ verdict: 'passed' });
    const pooled = merge([reportOf([kernelOf('bad')], [...before, ...now])]);
    expect(pooled.kernels[0]?.metrics[1]).toMatchObject({
      verdict: 'regressed',
      blocks: 18,
      freshBlocks: 18,
    });
    expect(pooled.samples).toHaveLength(60);
  });

  it('tell of every shard’s gates once, and of what was not judged', () => {
    const change = { kernel: null, setting: 'gate.energy.margin', base: '3 %', head: '9 %', loosens: true };
    const policy = { source: 'base', changes: [change] } as const;
    const short = reportOf([kernelOf('late', { blocks: 1 })], samplesOf('late', 1).slice(0, 4), { policy });
    const merged = merge([{ ...calm, policy }, short]);
    expect(merged.policy).toEqual(policy);
    expect(merged.notJudged).toEqual([{ kernel: 'late', workload: 'N=1' }]);
    expect(merged).toMatchObject({ verdict: 'partial', exitCode: 0 });
  });

  it('have the same verdicts in any order', () => {
    const shards = [
      red,
      calm,
      reportOf([kernelOf('fast'), sentinel()], [...samplesOf('fast', 0.8), ...samplesOf('sentinel', 1)]),
      reportOf(
        [kernelOf('drifting'), sentinel()],
        [...samplesOf('drifting', 1.4), ...samplesOf('sentinel', 1.4)],
      ),
    ];
    const byName = ({ kernels, ...merged }: ReportGuard) => ({
      ...merged,
      samples: null,
      kernels: Object.fromEntries(kernels.map((kernel) => [kernel.kernel, kernel])),
    });
    const expected = byName(merge(shards));
    expect(expected).toMatchObject({
      verdict: 'failed',
      kernels: { bad: { verdict: 'regressed' }, fast: { verdict: 'improved' } },
    });
    for (let turn = 1; turn < shards.length; turn++) {
      const turned = [...shards.slice(turn), ...shards.slice(0, turn)];
      expect(byName(merge(turned))).toEqual(expected);
      expect(byName(merge(turned.toReversed()))).toEqual(expected);
    }
  });

  it('judged once more are what they were', () => {
    const once = merge([red, calm, reportOf([sentinel()], samplesOf('sentinel', 1))]);
    expect(merge([once])).toEqual(once);
  });

  it('tell of a sentinel what the shard says that measured it most, else the one whose machine moved', () => {
    const still = reportOf(
      [kernelOf('good'), sentinel()],
      [...samplesOf('good', 1), ...samplesOf('sentinel', 1)],
    );
    const moved = reportOf(
      [kernelOf('bad'), sentinel()],
      [...samplesOf('bad', 1.5), ...samplesOf('sentinel', 1.5)],
    );
    const brief = reportOf([sentinel({ blocks: 3 })], samplesOf('sentinel', 1.5).slice(0, 6));
    const told = (reports: readonly ReportGuard[]) => {
      const { kernels, samples = [] } = merge(reports);
      const found = kernels.find(({ kernel }) => kernel === 'sentinel');
      return [found?.verdict, samples.filter(({ kernel }) => kernel === 'sentinel').length];
    };
    expect(told([still, moved])).toEqual(['environment', 30]);
    expect(told([moved, still])).toEqual(['environment', 30]);
    expect(told([brief, still])).toEqual(['unchanged', 30]);
  });

  it('keep a machine that changed to its own shard', () => {
    const machineChanged = 'a process ran on another driver';
    const merged = merge([{ ...red, machineChanged }, calm]);
    expect(merged).toMatchObject({
      verdict: 'partial',
      exitCode: 0,
      counts: { environment: 1, unchanged: 1 },
    });
    expect(merged.machineChanged).toBe(machineChanged);
  });

  it('do not pass where something was measured on a machine that changed, even if it looks unchanged', () => {
    const merged = merge([
      calm,
      { ...reportOf([kernelOf('other')], samplesOf('other', 1)), machineChanged: 'x' },
    ]);
    expect(merged).toMatchObject({ verdict: 'environment', exitCode: 0, machineChanged: 'x' });
    expect(merge([{ ...calm, machineChanged: 'x' }, red])).toMatchObject({ verdict: 'failed' });
  });

  it('fail for a sentinel that does not run on one of the machines, however well it was measured on another', () => {
    const broken = sentinel({
      verdict: 'regressed',
      blocks: 0,
      metrics: [],
      reason: 'head does not run: device lost',
    });
    const here = reportOf([kernelOf('good'), broken], samplesOf('good', 1));
    const there = reportOf(
      [kernelOf('fine'), sentinel()],
      [...samplesOf('fine', 1), ...samplesOf('sentinel', 1)],
    );
    for (const reports of [
      [here, there],
      [there, here],
    ]) {
      const merged = merge(reports);
      expect(merged).toMatchObject({ verdict: 'failed', exitCode: 1 });
      expect(merged.reason).toContain('sentinel (N=1) regressed');
    }
  });

  it('are excused by a machine that is more than twice as noisy as the margin, as they were alone', () => {
    // Reports have margins as the floor widened them: here from 3 % to 6 %, the most, with a floor of 10 %.
    const metric = { ratio: null, gates: true, blocks: 15, flagged: false, confirmP: null, reason: '' };
    const metrics = (['energy', 'latency'] as const).map((name) => ({
      ...metric,
      metric: name,
      verdict: 'environment' as const,
      margin: 0.06,
    }));
    const noisy = reportOf([kernelOf('bad', { metrics })], samplesOf('bad', 1.065), {
      noiseFloor: { energy: null, latency: 0.1 },
    });
    expect(merge([noisy, calm]).kernels[0]).toMatchObject({ kernel: 'bad', verdict: 'environment' });
    expect(merge([noisy, calm])).toMatchObject({ verdict: 'partial', exitCode: 0 });
  });

  it('have no verdict where base and head are the same commit', () => {
    const head = { label: 'HEAD', commit: 'a'.repeat(40) };
    expect(merge([{ ...calm, head }])).toMatchObject({
      verdict: 'nothing-gated',
      exitCode: 0,
      reason: expect.stringContaining('same commit'),
    });
    expect(merge([{ ...calm, head: { ...head, dirty: true } }])).toMatchObject({ verdict: 'passed' });
  });

  it('may be of more kernels than a report has room for: what is alike is counted and not listed', () => {
    const kernels = Array.from({ length: 32_010 }, (_, i) =>
      kernelOf(`k${i}`, { verdict: 'identical', blocks: 0, metrics: [] }),
    );
    const merged = merge([reportOf(kernels, []), red]);
    expect(merged.kernels).toHaveLength(32_000);
    expect(merged).toMatchObject({ verdict: 'failed', counts: { identical: 32_010, regressed: 1 } });
    expect(merged.kernels.some(({ verdict }) => verdict === 'regressed')).toBe(true);
    expect(merged.warnings[0]).toContain('11 kernels with workloads');
    expect(validateReport(merged)).toMatchObject({ ok: true });
  });

  it('count no samples of kernels that a report does not have', () => {
    const forged = reportOf([kernelOf('good')], [...samplesOf('good', 1), ...samplesOf('bad', 0.5)]);
    expect(merge([red, forged])).toMatchObject({ verdict: 'failed', exitCode: 1 });
  });

  it.each([
    ['kernel twice', [red, red], 'Several reports have measured bad N=1'],
    ['manifests', [calm, { ...red, manifest: 'other.yaml' }], 'several manifests'],
    ['heads', [calm, { ...red, head: { label: 'x', commit: 'c'.repeat(40) } }], 'several heads'],
    ['nothing', [], 'no report to judge'],
  ] as const)('are refused where they do not belong together: %s', (_what, reports, message) => {
    expect(() => merge(reports)).toThrow(message);
  });
});
