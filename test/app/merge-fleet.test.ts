import { describe, expect, it } from 'vitest';
import { type FleetReports, mergeFleet } from '../../src/app/fleet/index.ts';
import { type ReportGuard, validateReport } from '../../src/schema/index.ts';
import { deviceOf, kernelOf, reportOf, samplesOf } from '../support/shard-reports.ts';

/** Report of a shard that measured kernels, each at as many times base as it says. */
function shardOf(kernels: Readonly<Record<string, number>>, change: Partial<ReportGuard> = {}): ReportGuard {
  const names = Object.keys(kernels);
  const list = names.map((name) => kernelOf(name, { sentinel: name === 'sentinel' }));
  return reportOf(
    list,
    names.flatMap((name) => samplesOf(name, kernels[name] ?? 1)),
    change,
  );
}

const hopper = deviceOf('acme-hopper');
const ada = deviceOf('acme-ada');

function merge(fleet: readonly FleetReports[], gaps: readonly string[] = []): ReportGuard {
  return mergeFleet({ fleet, gaps, failOn: null, labels: null });
}

/** Verdicts by kernel, whatever their order. */
function verdicts({ kernels }: ReportGuard): Record<string, string> {
  return Object.fromEntries(kernels.map(({ kernel, verdict }) => [kernel, verdict]));
}

describe('reports of a fleet', () => {
  const fleet: readonly FleetReports[] = [
    {
      label: 'h200',
      reports: [
        shardOf({ good: 1, sentinel: 1 }, { device: hopper, warnings: ['warm'] }),
        shardOf({ bad: 1 }, { device: hopper, durationSeconds: 90 }),
      ],
    },
    { label: 'l4', reports: [shardOf({ good: 1, bad: 1.5, sentinel: 1 }, { device: ada })] },
  ];

  it('are judged on each device’s own samples, and name the device in every kernel', () => {
    const merged = merge(fleet);
    expect(verdicts(merged)).toEqual({
      'good on h200': 'unchanged',
      'sentinel on h200': 'unchanged',
      'bad on h200': 'unchanged',
      'good on l4': 'unchanged',
      'bad on l4': 'regressed',
      'sentinel on l4': 'unchanged',
    });
    expect(merged).toMatchObject({
      verdict: 'failed',
      exitCode: 1,
      reason: 'The gate failed: bad on l4 (N=1) regressed.',
      counts: { gated: 4, regressed: 1, unchanged: 5 },
      durationSeconds: 90,
      device: null,
      meter: null,
      meterReason: 'see each device',
      noiseFloor: null,
      suggestion: null,
      warnings: ['h200: warm'],
      devices: [
        { label: 'h200', device: hopper, meter: null },
        { label: 'l4', device: ada, meter: null },
      ],
    });
    expect(merged.kernels.map(({ on }) => on)).toEqual(['h200', 'h200', 'h200', 'l4', 'l4', 'l4']);
    expect(merged.samples).toHaveLength(6 * 30);
    expect(validateReport(merged).ok).toBe(true);
  });

  it('have the same verdicts in any order', () => {
    const reversed = fleet
      .map(({ label, reports }) => ({ label, reports: reports.toReversed() }))
      .toReversed();
    const [one, other] = [merge(fleet), merge(reversed)];
    expect(verdicts(other)).toEqual(verdicts(one));
    for (const field of ['verdict', 'exitCode', 'reason', 'counts'] as const) {
      expect(other[field]).toEqual(one[field]);
    }
    const ratios = ({ kernels }: ReportGuard) =>
      Object.fromEntries(
        kernels.map(({ kernel, latencyRatio, metrics }) => [kernel, [latencyRatio, metrics]]),
      );
    expect(ratios(other)).toEqual(ratios(one));
  });

  it('adjust for the tests of all devices together', () => {
    const slight = (label: string) => ({ label, reports: [shardOf({ slight: 1.06 })] });
    const [alone, ...among] = [
      ...merge([slight('gpu-0')]).kernels,
      ...merge(Array.from({ length: 40 }, (_, i) => slight(`gpu-${i}`))).kernels,
    ];
    const p = (kernel: ReportGuard['kernels'][number] | undefined) =>
      kernel?.metrics.find(({ metric }) => metric === 'latency')?.confirmP ?? Number.NaN;
    expect(alone?.verdict).toBe('regressed');
    expect(among.map(({ verdict }) => verdict)).toEqual(Array(40).fill('inconclusive'));
    // Holm's adjustment of forty equal ones.
    for (const kernel of among) expect(p(kernel)).toBeCloseTo(40 * p(alone), 12);
  });

  it('excuse nothing on one device by the sentinel of another', () => {
    const moved = { label: 'moved', reports: [shardOf({ bad: 1.5, sentinel: 1.5 })] };
    const still = { label: 'still', reports: [shardOf({ bad: 1.5, sentinel: 1 })] };
    expect(verdicts(merge([moved, still]))).toEqual({
      'bad on moved': 'environment',
      'sentinel on moved': 'environment',
      'bad on still': 'regressed',
      'sentinel on still': 'unchanged',
    });
  });

  it('are named after their device where its machine changed', () => {
    const changed = { label: 'h200', reports: [shardOf({ bad: 1.5 }, { machineChanged: 'another driver' })] };
    const merged = merge([changed, { label: 'l4', reports: [shardOf({ good: 1 })] }]);
    expect(merged.machineChanged).toBe('h200: another driver');
    expect(verdicts(merged)).toEqual({ 'bad on h200': 'environment', 'good on l4': 'unchanged' });
  });

  it('of one device are as `mergeReports` has them, without its label', () => {
    const merged = merge(fleet.slice(0, 1));
    expect(verdicts(merged)).toEqual({ good: 'unchanged', sentinel: 'unchanged', bad: 'unchanged' });
    expect(merged.devices).toBeUndefined();
    expect(merged.device).toEqual(hopper);
  });

  it('may be many: what a report has no room for is left out, and it can still be written', () => {
    const long = 'x'.repeat(1500);
    const gaps = Array.from({ length: 100 }, (_, i) => `${i} ${long}`);
    const warnings = Array.from({ length: 300 }, (_, i) => `${i} ${'y'.repeat(3990)}`);
    const devices = Array.from({ length: 70 }, (_, i) => ({
      label: `gpu-${i}`,
      reports: [shardOf({ good: 1 }, { warnings, machineChanged: i === 3 ? 'z'.repeat(2000) : null })],
    }));
    const merged = merge(devices, gaps);
    expect(validateReport(merged)).toMatchObject({ ok: true });
    expect(merged).toMatchObject({ verdict: 'could-not-measure', exitCode: 3 });
    expect(merged.devices).toHaveLength(64);
    expect(merged.kernels).toHaveLength(70);
    expect(merged.warnings).toHaveLength(1000);
    expect(merged.warnings.slice(0, 100)).toEqual(gaps);
    expect(merged.reason).toMatch(/x… The machine changed while measuring \(gpu-3: z+/);
  });
});
