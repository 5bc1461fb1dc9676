import { describe, expect, it } from 'vitest';
import { mergeFleet } from '../../src/app/fleet/index.ts';
import type { ReportNetwork } from '../../src/schema/index.ts';
import { kernelOf, reportOf, samplesOf } from '../support/shard-reports.ts';

const nothing = { base: 0, head: 0 };

/** The network `detector` of two kernels as the job has it that has one of them. */
function networkIn(own: string): ReportNetwork {
  const part = (kernel: string): ReportNetwork['parts'][number] => ({
    kernel,
    workload: 'N=1',
    calls: 1,
    status: kernel === own ? 'compared' : 'elsewhere',
    share: null,
    change: null,
  });
  return {
    network: 'detector',
    verdict: 'inconclusive',
    reason: '1 of its kernels and workloads are not in this run',
    fails: false,
    failOn: ['regressed'],
    accepted: null,
    acceptLabel: 'accept-cost',
    covers: { macs: 0.9, bytes: null },
    estimated: false,
    base: null,
    head: null,
    metrics: [],
    kWhPerMonth: null,
    inferencesPerDay: null,
    parts: [part('conv'), part('gelu')],
    beside: { energy: nothing, latency: nothing },
    lacking: { energy: null, latency: null },
    margins: { energy: 0.01, latency: 0.01 },
    allowsEstimated: false,
    allowsShared: false,
  };
}

const job = (kernel: string, ratio: number) =>
  reportOf([kernelOf(kernel)], samplesOf(kernel, ratio), { networks: [networkIn(kernel)] });

const rest = { gaps: [], failOn: null, labels: null };

describe('a network whose kernels several jobs have measured', () => {
  const fleet = [{ label: 'a', reports: [job('conv', 1.04), job('gelu', 1.04)] }];

  it('is judged by all of them together', () => {
    const report = mergeFleet({ ...rest, fleet });
    expect(report.kernels.map(({ verdict }) => verdict)).not.toContain('regressed');
    expect(report.networks).toHaveLength(1);
    expect(report.networks?.[0]).toMatchObject({
      network: 'detector',
      verdict: 'regressed',
      fails: true,
      parts: [
        { kernel: 'conv', status: 'compared' },
        { kernel: 'gelu', status: 'compared' },
      ],
    });
    expect(report.networks?.[0]?.head?.latencyMs).toBeCloseTo(2.08, 1);
    // Which of them carries it how far, as the report of one job has it.
    for (const { share, change } of report.networks?.[0]?.parts ?? []) {
      expect([share?.toFixed(1), change?.toFixed(2)]).toEqual(['0.5', '0.02']);
    }
    expect(report).toMatchObject({ verdict: 'failed', exitCode: 1 });
  });

  it('says what is left out of it, and that what did not change adds nothing', () => {
    const beside = (kernel: string, ratio: number): ReturnType<typeof job> => {
      const [network] = job(kernel, ratio).networks ?? [];
      const own = (name: string, status: 'alike' | 'new') => ({
        kernel: name,
        workload: 'N=1',
        calls: 1,
        status,
        share: null,
        change: null,
      });
      const parts = [...network!.parts, own('norm', 'alike'), own('head', 'new')];
      const sides = { energy: nothing, latency: { base: 1, head: 1 } };
      const networks = [{ ...network!, parts, beside: kernel === 'conv' ? sides : network!.beside }];
      return { ...job(kernel, ratio), networks };
    };
    const reports = [beside('conv', 1.2), beside('gelu', 1)];
    const [found] = mergeFleet({ ...rest, fleet: [{ label: 'a', reports }] }).networks ?? [];
    expect(found?.reason).toMatch(/; left out, because base does not have them: head N=1$/);
    const changes = found?.parts.map(({ change }) => (change === null ? null : Math.abs(change).toFixed(2)));
    expect(changes).toEqual(['0.07', '0.00', '0.00', null]);
  });

  it('is accepted by its own label', () => {
    const report = mergeFleet({ ...rest, fleet, labels: ['accept-cost'] });
    expect(report.networks?.[0]).toMatchObject({ fails: false, accepted: 'accept-cost' });
    expect(report.exitCode).toBe(0);
  });

  it('is inconclusive without one of them, and says which', () => {
    const report = mergeFleet({ ...rest, fleet: [{ label: 'a', reports: [job('conv', 1)] }] });
    expect(report.networks?.[0]).toMatchObject({
      verdict: 'inconclusive',
      reason: 'latency: no job has gelu N=1',
    });
    expect(report.verdict).toBe('partial');
  });

  it('is excused by a machine of theirs that changed', () => {
    const moved = { ...job('gelu', 1.04), machineChanged: 'the driver is another one' };
    const report = mergeFleet({ ...rest, fleet: [{ label: 'a', reports: [job('conv', 1.04), moved] }] });
    expect(report.networks?.[0]).toMatchObject({ verdict: 'environment', fails: false });
  });

  it('has a row on each device', () => {
    const both = ['a', 'b'].map((label) => ({ label, reports: [job('conv', 1), job('gelu', 1)] }));
    const report = mergeFleet({ ...rest, fleet: both });
    expect(report.networks?.map(({ network, on, verdict }) => [network, on, verdict])).toEqual([
      ['detector on a', 'a', 'unchanged'],
      ['detector on b', 'b', 'unchanged'],
    ]);
  });
});
