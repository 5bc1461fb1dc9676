import { describe, expect, it } from 'vitest';
import { nightOf, withAnchors, withHistory, withNight } from '../../src/app/action/night/index.ts';
import type { ReportRetune } from '../../src/schema/index.ts';
import { createRandom } from '../../src/stats/index.ts';
import type { StateEntry } from '../../src/store/index.ts';
import { retunedKernels, retuneReport } from '../report/samples.ts';

const machine = 'H200, driver 580.1';
const commit = 'c'.repeat(40);
const gate = {
  energy: { margin: 0.03, allowEstimated: false },
  latency: { margin: 0.05 },
  failOn: ['regressed'],
} as const;

function dayOf(night: number): string {
  return new Date(Date.UTC(2026, 0, 1 + night)).toISOString();
}

function entryOf(night: number, latencyMs: number, change: Partial<StateEntry> = {}): StateEntry {
  return {
    at: dayOf(night),
    commit,
    kernel: 'softmax',
    workload: 'N=1',
    latencyMs,
    joules: null,
    estimated: false,
    driver: '580.1',
    device: machine,
    ...change,
  };
}

/** Latencies of these nights, with a spread of half a percent. */
function nights(latencies: readonly number[], change: Partial<StateEntry> = {}): readonly StateEntry[] {
  const random = createRandom(1);
  return latencies.map((latencyMs, night) =>
    entryOf(night, latencyMs * (1 + 0.005 * random.normal()), change),
  );
}

function anchored(entries: readonly StateEntry[]) {
  return entries.reduce<ReturnType<typeof withAnchors>>(
    (anchors, entry) => withAnchors(anchors, [entry]),
    [],
  );
}

function told(history: readonly StateEntry[]): ReportRetune {
  const [kernel] = retuneReport(retunedKernels).kernels;
  if (kernel === undefined) throw new Error('the sample has no kernel');
  const report = {
    ...retuneReport(retunedKernels),
    kernels: [{ ...kernel, kernel: 'softmax', workload: 'N=1' }],
  };
  const anchors = anchored(history);
  return withHistory(report, { history, anchors, manifest: { kernels: [], gate }, machine });
}

const level = (count: number, latencyMs: number) => Array<number>(count).fill(latencyMs);

describe('a night', () => {
  it('keeps what ships, not the best that was found, and where it was measured', () => {
    const report = retuneReport(retunedKernels);
    const night = nightOf(report, { commit, machine, tag: 'v1.2' });
    expect(night).toHaveLength(report.kernels.filter(({ latencyMs }) => latencyMs !== null).length);
    for (const entry of night) {
      const kernel = report.kernels.find(
        (one) => one.kernel === entry.kernel && one.workload === entry.workload,
      );
      expect(entry.latencyMs).toBe(kernel?.before?.latencyMs ?? kernel?.latencyMs);
      expect(entry).toMatchObject({ commit, device: machine, tag: 'v1.2' });
    }
  });

  it('pushes out the oldest of its own kernel only', () => {
    const many = nights(level(400, 1));
    const other = entryOf(0, 1, { kernel: 'gelu' });
    const kept = withNight([other, ...many], [entryOf(400, 2)]);
    expect(kept).toHaveLength(401);
    expect(kept[0]).toEqual(other);
    expect(kept[1]?.at).toBe(dayOf(1));
    expect(kept.at(-1)?.at).toBe(dayOf(400));
  });
});

describe('an anchor', () => {
  it('is the mean of the first three nights, and stays', () => {
    const anchors = anchored([1, 2, 4, 100, 100].map((latencyMs, night) => entryOf(night, latencyMs)));
    expect(anchors).toHaveLength(1);
    expect(anchors[0]).toMatchObject({ label: 'the first nights', nights: 3, at: dayOf(0) });
    expect(anchors[0]?.latencyMs).toBeCloseTo(2, 12);
  });

  it('is set anew by a release, and kept where no tag is known', () => {
    const tags = [undefined, 'v1', 'v1', undefined, 'v2'];
    const anchors = anchored(
      tags.map((tag, night) => entryOf(night, night + 1, tag === undefined ? {} : { tag })),
    );
    expect(anchors).toEqual([expect.objectContaining({ label: 'v2', nights: 1, latencyMs: 5 })]);
  });

  it('is of one driver: another has its own', () => {
    const anchors = anchored([entryOf(0, 1), entryOf(1, 1, { device: 'H200, driver 590' })]);
    expect(anchors.map(({ device }) => device)).toEqual([machine, 'H200, driver 590']);
  });
});

describe('the history in a nightly report', () => {
  it('finds slow drift that no night’s change shows, and warns of it', () => {
    const creeping = Array.from({ length: 30 }, (_, night) => 1.003 ** night);
    const report = told(nights(creeping));
    const drift = report.kernels[0]?.history?.drift;
    expect(drift).toMatchObject({ label: 'the first nights', energy: null, exceeds: true, since: dayOf(0) });
    expect(drift?.latency).toBeGreaterThan(1.06);
    expect(report.warnings.join()).toContain('softmax N=1 has drifted beyond its margin');
  });

  it('finds the night of a change, its commit, and whether the driver changed with it', () => {
    const before = nights(level(15, 1));
    const after = level(15, 1.04).map((latencyMs, i) =>
      entryOf(15 + i, latencyMs * (1 + 0.001 * (i % 3)), { commit: 'd'.repeat(40), driver: '590' }),
    );
    const { history } = told([...before, ...after]).kernels[0] ?? {};
    expect(history?.nights).toBe(30);
    expect(history?.changes).toHaveLength(1);
    expect(history?.changes[0]).toMatchObject({
      metric: 'latency',
      at: dayOf(15),
      commit: 'd'.repeat(40),
      driverChanged: true,
    });
    expect(history?.changes[0]?.ratio).toBeCloseTo(1.04, 2);
  });

  it('is calm where nothing changed, and silent on the first night', () => {
    const report = told(nights(level(40, 1)));
    expect(report.kernels[0]?.history).toMatchObject({ changes: [], drift: { exceeds: false } });
    expect(report.warnings).toEqual(retuneReport(retunedKernels).warnings);
    expect(told(nights([1])).kernels[0]?.history).toBeUndefined();
  });
});
