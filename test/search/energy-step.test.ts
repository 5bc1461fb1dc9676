import { describe, expect, test } from 'vitest';
import { runSearch } from '../../src/search/index.ts';
import { createSpace } from '../../src/space/index.ts';
import { energyOf, everything, searchTask, syntheticTrials, tiledKernel } from './synthetic-trials.ts';

const kernel = tiledKernel();
const anyLatency = { minimize: 'energy', latencySlack: Number.POSITIVE_INFINITY } as const;
const budget = { trials: 64, seconds: 60 };

describe('of those tried the best', () => {
  test.each([1, 2, 3, 4])('is measured, though few are (seed %i)', async (seed) => {
    const result = await runSearch(searchTask(kernel, { objective: anyLatency, budget, seed }));
    const tried = result.measurements.filter(({ failure }) => failure === null);
    const joules = new Map(
      everything(kernel).map((one) => [JSON.stringify(one.configuration), one.joules] as const),
    );
    const best = Math.min(
      ...tried.map(({ configuration }) => joules.get(JSON.stringify(configuration)) ?? 0),
    );
    expect(result.energyMeasurements).toBeLessThan(0.6 * tried.length);
    expect(result.bestObjective).toBeLessThanOrEqual(1.003 * best);
  });

  test('is the fastest one too, whatever the model believes of its power', async () => {
    const result = await runSearch(searchTask(kernel, { objective: anyLatency, budget }));
    const fastest = result.measurements.find(
      ({ configuration }) => configuration === result.fastest?.configuration,
    );
    expect(fastest?.energy).not.toBeNull();
  });
});

test('energies that all fail cost few trials', async () => {
  const trials = syntheticTrials(kernel, {
    energy: async () => ({ ok: false, failure: { kind: 'timeout', message: 'no ticks' } }),
  });
  const result = await runSearch(searchTask(kernel, { objective: anyLatency, budget, trials }));
  const lost = result.measurements.filter(({ failure }) => failure?.kind === 'timeout');
  expect(lost.length).toBeLessThanOrEqual(budget.trials / 2);
  expect(result.best?.failure).toBeNull();
});

describe('power that is not measured is not taken for exact', () => {
  test('more is measured the less can be told of it', async () => {
    const noisy = (spread: number) =>
      syntheticTrials(kernel, {
        energy: async (configuration) => {
          const text = JSON.stringify(configuration);
          const hash = [...text].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 997, 7) / 997;
          const watts = kernel.watts(configuration) * Math.exp(spread * (hash - 0.5));
          return { ok: true, value: energyOf(kernel.latencyMs(configuration) ?? 0, watts) };
        },
      });
    const energies = async (spread: number) =>
      (await runSearch(searchTask(kernel, { objective: anyLatency, budget, trials: noisy(spread) })))
        .energyMeasurements;
    expect(await energies(0.6)).toBeGreaterThan((await energies(0)) + 5);
  });
});

describe('a needle', () => {
  // Six tunables of four values. All but one corner pulls towards the other; in that corner is the best.
  const names = ['A', 'B', 'C', 'D', 'E', 'F'];
  const space = createSpace({
    tunables: names.map((name) => ({ name, values: [1, 2, 4, 8] })),
    constraints: [],
  });
  const levels = (configuration: Readonly<Record<string, unknown>>) =>
    names.map((name) => Math.log2(Number(configuration[name])));
  const latencyMs = (configuration: Readonly<Record<string, unknown>>) => {
    const values = levels(configuration);
    const valley = 2 + 0.2 * values.reduce((sum, value) => sum + value, 0);
    const ridge = 1 + 0.9 * values.reduce((sum, value) => sum + (3 - value), 0);
    return Math.min(valley, ridge);
  };

  test.each([1, 2])('away from where all else is good is found (seed %i)', async (seed) => {
    const result = await runSearch(
      searchTask(
        { space, latencyMs, watts: () => 100 },
        { objective: { minimize: 'latency' }, budget: { trials: 256, seconds: 60 }, seed, patience: 1000 },
      ),
    );
    expect(result.bestObjective).toBe(1);
  });
});
