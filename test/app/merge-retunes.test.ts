import { describe, expect, it } from 'vitest';
import { mergeRetunes } from '../../src/app/fleet/index.ts';
import { renderHtml, renderMarkdown, renderTerminal } from '../../src/app/index.ts';
import { validateReport } from '../../src/schema/index.ts';
import { retunedKernel, retuneReport } from '../report/samples.ts';
import { deviceOf } from '../support/shard-reports.ts';

const ada = deviceOf('acme-ada');
const matmul = retunedKernel({ kernel: 'matmul' });
const softmax = retunedKernel({ kernel: 'softmax' });

/** Names and workloads in order. */
function names(merged: ReturnType<typeof mergeRetunes>): string[] {
  return merged.kernels.map(({ kernel, workload }) => `${kernel} ${workload}`);
}

describe('reports of a night', () => {
  it('of the shards of one device are one report of all their kernels, on that device', () => {
    const first = retuneReport([matmul], { durationSeconds: 60, warnings: ['slow', 'both'] });
    const second = retuneReport([softmax], { durationSeconds: 90, warnings: ['both'] });
    expect(
      mergeRetunes(
        [
          { label: 'h200', report: first },
          { label: 'h200', report: second },
        ],
        ['No report of 3of3 on h200: its kernels were not judged.'],
      ),
    ).toEqual({
      ...first,
      durationSeconds: 90,
      warnings: ['No report of 3of3 on h200: its kernels were not judged.', 'slow', 'both'],
      kernels: [matmul, softmax],
    });
  });

  it('of which each has some kernels of a network add up what was saved of it, and no interval', () => {
    const network = {
      network: 'detector',
      reason: '1 of 2 kernels and workloads replaced; what softmax N=1 cost before is not known',
      covers: { macs: 0.97, bytes: null },
      estimated: false,
      base: null,
      head: null,
      metrics: [],
      savedJoules: 0.25,
      kWhPerMonth: -2,
      inferencesPerDay: 1e6,
      parts: [{ kernel: 'matmul', workload: matmul.workload, calls: 1, share: null, change: null }],
    };
    const parts = [
      { label: 'h200', report: retuneReport([matmul], { networks: [network] }) },
      { label: 'h200', report: retuneReport([softmax], { networks: [{ ...network, savedJoules: 0.5 }] }) },
    ];
    const merged = mergeRetunes(parts, []);
    expect(merged.networks).toEqual([
      { ...network, reason: 'several jobs searched its kernels', savedJoules: 0.75, kWhPerMonth: -4 },
    ]);
    expect(validateReport(merged).ok).toBe(true);
    // The same kernel by two jobs: what each saved of it is no sum.
    const twice = mergeRetunes([...parts, parts[0]!], []);
    expect(twice.networks).toMatchObject([{ savedJoules: null, kWhPerMonth: null }]);
    const both = mergeRetunes([...parts, { label: 'l4', report: parts[0]!.report }], []);
    expect(both.networks?.map(({ network }) => network)).toEqual(['detector on h200', 'detector on l4']);
    for (const text of [renderMarkdown(merged), renderTerminal(merged, { width: 100, colour: false })]) {
      expect(text).toContain('network detector: several jobs searched its kernels; covers 97 % of its MACs');
      expect(text).toContain('an inference: 750 mJ less by what was replaced');
      expect(text).toContain('-4.00 kWh a month');
    }
  });

  it('keep several devices apart, and name them in every kernel', () => {
    const merged = mergeRetunes(
      [
        { label: 'h200', report: retuneReport([matmul, softmax]) },
        { label: 'l4', report: retuneReport([matmul], { device: ada, meter: null }) },
      ],
      [],
    );
    expect(merged.kernels).toEqual([
      { ...matmul, kernel: 'matmul on h200' },
      { ...softmax, kernel: 'softmax on h200' },
      { ...matmul, kernel: 'matmul on l4' },
    ]);
    expect(merged).toMatchObject({ device: null, meter: null });
    expect(validateReport(merged).ok).toBe(true);
  });

  it('have as many kernels in any order', () => {
    const reports = [
      { label: 'h200', report: retuneReport([matmul, softmax], { warnings: ['one'] }) },
      { label: 'l4', report: retuneReport([matmul], { device: ada, warnings: ['two'], exitCode: 3 }) },
    ] as const;
    const [one, other] = [mergeRetunes(reports, []), mergeRetunes(reports.toReversed(), [])];
    expect(names(other).sort()).toEqual(names(one).sort());
    expect(other.warnings.toSorted()).toEqual(one.warnings.toSorted());
    for (const field of ['exitCode', 'device', 'meter', 'durationSeconds'] as const) {
      expect(other[field]).toEqual(one[field]);
    }
  });

  it('of one kernel that two jobs retuned have what the first found', () => {
    const merged = mergeRetunes(
      [
        { label: 'h200', report: retuneReport([matmul]) },
        { label: 'h200', report: retuneReport([{ ...matmul, joules: 99 }, softmax]) },
      ],
      [],
    );
    expect(merged.kernels).toEqual([matmul, softmax]);
  });

  it.each([
    [[0, 0], 0],
    [[0, 2], 2],
    [[3, 2], 3],
    [[2, 130, 0], 130],
  ] as const)('with the exit statuses %j have %i', (exitCodes, expected) => {
    const reports = exitCodes.map((exitCode) => ({ label: 'h200', report: retuneReport([], { exitCode }) }));
    expect(mergeRetunes(reports, []).exitCode).toBe(expected);
  });

  it('may be many: what a report has no room for is left out', () => {
    const warnings = Array.from({ length: 600 }, (_, i) => `${i}`);
    const reports = ['a', 'b'].map((label) => ({
      label,
      report: retuneReport([], { warnings: warnings.map((text) => `${label}${text}`) }),
    }));
    const merged = mergeRetunes(reports, ['x'.repeat(5000)]);
    expect(validateReport(merged).ok).toBe(true);
    expect(merged.warnings).toHaveLength(1000);
    expect(merged.warnings[0]).toHaveLength(4000);
  });

  it('name the few configurations that serve all devices', () => {
    const compared = (...joules: readonly (number | null)[]) =>
      joules.flatMap((value, index) =>
        value === null ? [] : [{ configuration: { TILE: 2 ** index }, latencyMs: 1, joules: value }],
      );
    const night = (label: string, costs: NonNullable<(typeof matmul)['compared']>) => ({
      label,
      report: retuneReport([{ ...matmul, compared: costs }]),
    });
    const merged = mergeRetunes(
      [
        night('h200', compared(1, 1.25, 4)),
        night('l4', compared(5, 2.5, 2)),
        night('mi300', compared(null, 1, null)),
      ],
      [],
    );
    expect(validateReport(merged).ok).toBe(true);
    expect(merged.portfolios).toEqual([
      {
        kernel: 'matmul',
        workload: matmul.workload,
        devices: ['h200', 'l4', 'mi300'],
        members: expect.arrayContaining([
          { configuration: { TILE: 1 }, shares: [1, 0.4, null] },
          { configuration: { TILE: 2 }, shares: [0.8, 0.8, 1] },
          { configuration: { TILE: 4 }, shares: [0.25, 1, null] },
        ]),
        worstShare: 1,
      },
    ]);
    const texts = [
      renderMarkdown(merged),
      renderTerminal(merged, { colour: false, width: 160 }),
      renderHtml(merged),
    ];
    for (const text of texts) {
      expect(text).toContain('3 configurations serve 3 devices, each at 100 % of its best or better');
      expect(text).toContain('TILE=2 for mi300 (100');
    }
    const alone = mergeRetunes([night('h200', compared(1, 2))], []);
    expect(alone.portfolios).toBeUndefined();
  });
});
