import { describe, expect, test } from 'vitest';
import { runSearch, type SearchProgress } from '../../src/search/index.ts';
import { type Configuration, createSpace } from '../../src/space/index.ts';
import { energyOf, searchTask, syntheticTrials, tiledKernel } from './synthetic-trials.ts';

const kernel = tiledKernel();
const anyLatency = { minimize: 'energy', latencySlack: Number.POSITIVE_INFINITY } as const;
const budget = { trials: 96, seconds: 60 };

async function measured(change: Parameters<typeof searchTask>[1]) {
  const result = await runSearch(searchTask(kernel, { objective: anyLatency, budget, ...change }));
  const worked = result.measurements.filter(({ failure }) => failure === null);
  return { energies: result.energyMeasurements, worked: worked.length, result };
}

describe('how many energies are measured', () => {
  test('all that worked, where everything shall be measured', async () => {
    const { result } = await measured({ methods: { energyShare: 1 } });
    const missing = result.measurements.filter(({ failure, energy }) => failure === null && energy === null);
    expect(missing).toEqual([]);
  });

  test('a fixed share of the trials, where that is asked for', async () => {
    const { energies } = await measured({ methods: { energyShare: 0.25 } });
    // A quarter of 96, less where a step rounds down or holds failures; up to four more at the end.
    expect(energies).toBeGreaterThanOrEqual(18);
    expect(energies).toBeLessThanOrEqual(28);
  });

  test('few where power follows from the configuration, more where it does not', async () => {
    const hash = (c: Configuration) =>
      [...JSON.stringify(c)].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 997, 7) / 997;
    const erratic = syntheticTrials(kernel, {
      energy: async (configuration) => ({
        ok: true,
        value: energyOf(kernel.latencyMs(configuration) ?? 0, 40 * 4 ** hash(configuration)),
      }),
    });
    const [smooth, rough] = [await measured({}), await measured({ trials: erratic })];
    expect(smooth.energies / smooth.worked).toBeLessThan(0.4);
    expect(rough.energies).toBeGreaterThan(smooth.energies);
  });
});

describe('an interrupted search', () => {
  test('goes on from what was saved after any round, without measuring or trying anything again', async () => {
    const saved: SearchProgress[] = [];
    await runSearch(
      searchTask(kernel, {
        objective: anyLatency,
        budget: { trials: 48, seconds: 60 },
        onRound: (progress) => void saved.push(progress),
      }),
    );
    expect(saved.length).toBeGreaterThan(5);
    for (const { measurements, trials: tried } of [saved[0], saved[4]] as SearchProgress[]) {
      const trials = syntheticTrials(kernel);
      const { measurements: all } = await runSearch(
        searchTask(kernel, {
          objective: anyLatency,
          trials,
          known: measurements,
          budget: { trials: 48, seconds: 60 },
        }),
      );
      const ids = all.map(({ configuration }) => JSON.stringify(configuration));
      expect(new Set(ids).size).toBe(48);
      expect(ids.slice(0, tried)).toEqual(
        measurements.map(({ configuration }) => JSON.stringify(configuration)),
      );
      expect(trials.calls.latency).toHaveLength(48 - tried);
      const known = measurements.filter(({ energy }) => energy !== null);
      const again = trials.calls.energy.filter((configuration) =>
        known.some((one) => JSON.stringify(one.configuration) === JSON.stringify(configuration)),
      );
      expect(again).toEqual([]);
    }
  });
});

describe('sizes that divide well', () => {
  // As on a real GPU: blocks of 32, 64, 128 and 256 fit the cache lines, those between do not.
  const space = createSpace({
    tunables: [
      { name: 'BLOCK', values: Array.from({ length: 16 }, (_, i) => 16 * (i + 1)) },
      { name: 'ROWS', values: [1, 2, 4, 8, 16] },
      { name: 'TILE_X', values: [1, 2, 3, 4] },
      { name: 'TILE_Y', values: [1, 2, 3, 4] },
      { name: 'CACHE', values: [false, true] },
    ],
    constraints: [],
  });
  const fits = (value: number) => Number.isInteger(Math.log2(value));
  const latencyMs = (c: Configuration) =>
    (fits(Number(c.BLOCK)) ? 1 : 2 + (Number(c.BLOCK) % 48) / 100) *
    (1 + 0.3 * Math.log2(Number(c.ROWS))) *
    (1 + 0.05 * Math.abs(Math.log2(Number(c.BLOCK)) - 7)) *
    (1 + 0.2 * (4 - Number(c.TILE_Y)) + 0.1 * Math.abs(Number(c.TILE_X) - 2)) *
    (c.CACHE === true ? 1.4 : 1);

  test.each([1, 2, 3])('are found among sizes of all kinds (seed %i)', async (seed) => {
    const result = await runSearch(
      searchTask(
        { space, latencyMs, watts: () => 100 },
        { objective: { minimize: 'latency' }, budget: { trials: 64, seconds: 60 }, seed },
      ),
    );
    expect(result.best?.configuration).toEqual({
      BLOCK: 128,
      ROWS: 1,
      TILE_X: 2,
      TILE_Y: 4,
      CACHE: false,
    });
  });
});
