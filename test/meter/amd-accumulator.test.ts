import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Meter } from '../../src/measure/index.ts';
import { openMeter } from '../../src/meter/index.ts';
import { isFull, itInFull, sampled } from '../support/full.ts';
import { adapterOf, HwmonTree, setAttribute, setMetrics } from './hwmon-tree.ts';

let tree: HwmonTree;
let hwmon: string;
beforeEach(() => {
  tree = new HwmonTree();
  hwmon = tree.addCard('0000:0a:00.0', { name: 'amdgpu', power1_average: '30000000' });
});
afterEach(() => tree.remove());

const idleWatts = 30;
const loadWatts = 330;

/**
 * A board that counts every 10 ms; `rate` is what its accumulator makes of a joule, `lagMs` how late its power follows, and
 * `mute` that its power reads 0 W at rest.
 */
function board(
  faults: { rate?: number; lagMs?: number; stopsMs?: number; backMs?: number; mute?: boolean } = {},
) {
  const { rate = 1, lagMs = 1, stopsMs = 1e9, backMs = 1e9, mute = false } = faults;
  let [joules, shown, average, lastMs] = [5e4, 5e4, idleWatts, tree.time.nowMs()];
  tree.onTime = (nowMs) => {
    const watts = tree.busy ? loadWatts : idleWatts;
    average += (watts - average) * (1 - Math.exp((lastMs - nowMs) / lagMs));
    if (nowMs < stopsMs) joules += (rate * watts * (nowMs - lastMs)) / 1000;
    if (nowMs >= backMs && Math.floor(nowMs / 400) > Math.floor(lastMs / 400)) joules -= 200;
    if (Math.floor(nowMs / 10) !== Math.floor(lastMs / 10)) shown = joules;
    lastMs = nowMs;
    const count = BigInt(Math.round(shown * 2 ** 16));
    setMetrics(hwmon, { revision: [1, 3], bytes: 120, offset: 24, count });
    const said = mute && !tree.busy ? 0 : average + 0.2 * Math.sin(nowMs);
    setAttribute(hwmon, 'power1_average', Math.round(1e6 * said));
  };
  tree.onTime(tree.time.nowMs());
}

async function open(): Promise<Meter> {
  const device = { info: adapterOf('amd', 'Radeon RX 7900 XTX') };
  const { meter, reason } = await openMeter({
    ...{ choice: 'amdgpu', device, sysfsFolder: tree.folder, time: tree.time },
  });
  if (meter === null) throw new Error(reason);
  return meter;
}

/** Joules of a launch over the truth. */
async function ratio(meter: Meter): Promise<number> {
  return (await tree.measuredWatts(meter)) / loadWatts;
}

describe('the energy accumulator of AMD', () => {
  it('is counted in 2^-16 J, and checked against the power', async () => {
    board();
    const meter = await open();
    expect(meter.info).toMatchObject({ updatePeriodMs: 10, estimated: false, scope: 'board' });
    expect((meter.info.resolutionJoules ?? 0) * 2 ** 16).toBeCloseTo(1, 9);
    expect(meter.info.idleWatts).toBeCloseTo(idleWatts, 0);
    expect(Math.abs((await ratio(meter)) - 1)).toBeLessThan(0.01);
    expect(meter.info.description).toMatch(
      /^AMD card0 at 0000:0a:00.0, energy accumulator \(board, [01]\.\d % from its power\)$/,
    );
  });

  it.each(
    sampled([
      [1.2, 1, '20.0 % more'],
      [0.5, 1, '50.0 % less'],
      // Power that is late is waited for, not taken for a fault of the accumulator, and its own fault is seen all the same.
      [1.5, 300, '(?:49|50)\\.\\d % more'],
    ]),
  )(
    'gives way to the power where its rate is %d, with power that is %d ms late',
    async (rate, lagMs, how) => {
      board({ rate, lagMs });
      const meter = await open();
      expect(Math.abs((await ratio(meter)) - 1)).toBeLessThan(0.02);
      expect(meter.info.description).toMatch(
        new RegExp(
          `average power added up because its counter says ${how} under load \\(board, unchecked\\)$`,
        ),
      );
    },
  );

  itInFull('stays where the power is late', async () => {
    board({ lagMs: 300 });
    const meter = await open();
    expect(Math.abs((await ratio(meter)) - 1)).toBeLessThan(0.01);
    expect(meter.info.description).toMatch(/, energy accumulator \(board, [01]\.\d % from its power\)$/);
  });

  itInFull('is not measured with where its power contradicts it and cannot stand in for it', async () => {
    // So little that windows alone would pass it.
    board({ rate: 1.04, mute: true });
    const meter = await open();
    const why =
      /^AMD card0 .*: its counter says [345]\.\d % more under load, and its average power reads 0 W$/;
    expect(await tree.measure(meter)).toEqual({
      ...{ status: 'void', disturbed: false },
      reasons: [expect.stringMatching(why)],
    });
  });

  it.runIf(isFull)(
    'is not used where it stands still, and voids windows in which it stops or goes back',
    async () => {
      board({ stopsMs: 0 });
      const still = await open();
      expect(still.info.description).toContain(
        'average power added up because its energy counter stands still',
      );
      expect(Math.abs((await ratio(still)) - 1)).toBeLessThan(0.02);

      for (const fault of ['stopsMs', 'backMs'] as const) {
        board();
        const meter = await open();
        await ratio(meter);
        board({ [fault]: tree.time.nowMs() + 1200 });
        expect((await tree.measure(meter)).status).toBe('void');
      }
    },
  );

  it.each(
    sampled([
      ['of revision 1.6, whose layout differs between kernels', [1, 6], 1664, 'revision 1.6 of '],
      ['of revision 1.0, which counts in 32 bits', [1, 0], 96, 'revision 1.0 of '],
      ['that is cut short', [1, 1], 28, 'ends before its accumulator'],
    ] as const),
  )('is not read in a table %s, and that is said', async (_, revision, bytes, why) => {
    setMetrics(hwmon, { revision, bytes, offset: 16, count: 77n });
    const { description } = (await open()).info;
    expect(description).toContain('average power added up because its energy counter cannot be read: ');
    expect(description).toContain(why);
  });

  it('is not there in a table of an APU, nor where the firmware does not count', async () => {
    const plain = 'AMD card0 at 0000:0a:00.0, average power added up (board, unchecked)';
    setMetrics(hwmon, { revision: [2, 3], bytes: 160, offset: 24, count: 77n });
    expect((await open()).info.description).toBe(plain);
    setMetrics(hwmon, { revision: [1, 3], bytes: 120, offset: 24, count: 2n ** 64n - 1n });
    expect((await open()).info.description).toBe(plain);
    writeFileSync(join(hwmon, '..', '..', 'gpu_metrics'), 'no table');
    expect((await open()).info.description).toContain('is no table of metrics');
  });

  it.each(
    sampled([
      [[1, 1], 96, 24],
      [[1, 2], 104, 24],
      [[1, 4], 288, 24],
      [[1, 5], 360, 88],
      [[1, 8], 4000, 24],
    ] as const),
  )('stands in tables of revision %j of %d bytes at %d', async (revision, bytes, offset) => {
    tree.onTime = (nowMs) => {
      const count = BigInt(Math.floor(nowMs / 10)) * 65536n;
      setMetrics(hwmon, { revision, bytes, offset, count });
    };
    tree.onTime(tree.time.nowMs());
    const { description, idleWatts: watts } = (await open()).info;
    expect(description).toBe('AMD card0 at 0000:0a:00.0, energy accumulator (board, unchecked)');
    expect(watts).toBeCloseTo(100, 0);
  });
});
