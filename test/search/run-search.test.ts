import { describe, expect, test, vi } from 'vitest';
import type { Measurement } from '../../src/measure/index.ts';
import { type CostRow, createCostModel, GaussianProcess } from '../../src/model/index.ts';
import { runSearch, type SearchProgress } from '../../src/search/index.ts';
import { type Configuration, createSpace } from '../../src/space/index.ts';
import {
  energyOf,
  everything,
  latencyOf,
  searchTask,
  syntheticTrials,
  tiledKernel,
} from './synthetic-trials.ts';

const kernel = tiledKernel();
const all = everything(kernel);
const fastestMs = Math.min(...all.map(({ latencyMs }) => latencyMs));
const idOf = (configuration: Configuration) => {
  const point = kernel.space.point(configuration);
  return point === null ? 'outside' : kernel.space.id(point);
};
const idsOf = (measurements: readonly Measurement[]) =>
  measurements.map(({ configuration }) => idOf(configuration));
const seeds = [1, 2, 3];

test('what is tried next is told while something else is measured, so that it can be compiled', async () => {
  const task = searchTask(kernel, { budget: { trials: 40, seconds: 3600 } });
  const [told, tried]: [string[], string[]] = [[], []];
  await runSearch({
    ...task,
    trials: {
      ...task.trials,
      expect: (configuration) => told.push(idOf(configuration)),
      latency: (configuration) => {
        tried.push(idOf(configuration));
        return task.trials.latency(configuration);
      },
    },
  });
  const foreseen = tried.filter((id) => told.includes(id));
  // The rest of a batch that the end of the budget cut off.
  expect(told.filter((id) => !tried.includes(id)).length).toBeLessThanOrEqual(3);
  // All but the first of each batch of four.
  expect(foreseen.length).toBeGreaterThanOrEqual(0.7 * tried.length);
  expect(new Set(told).size).toBe(told.length);
});

test('an energy is asked for together with what it would have to be to matter', async () => {
  const task = searchTask(kernel, { budget: { trials: 40, seconds: 3600 } });
  const asked: { readonly rivalJoules: number | null; readonly bestJoules: number }[] = [];
  let bestJoules = Number.POSITIVE_INFINITY;
  const result = await runSearch({
    ...task,
    trials: {
      ...task.trials,
      energy: async (configuration, question) => {
        asked.push({ rivalJoules: question?.rivalJoules ?? null, bestJoules });
        const measured = await task.trials.energy(configuration);
        if (measured.ok) bestJoules = Math.min(bestJoules, measured.value.joules);
        return measured;
      },
    },
  });
  expect(asked).toHaveLength(result.energyMeasurements);
  expect(asked[0]?.rivalJoules).toBeNull();
  // The best of those within the latency cap is no better than the best of all.
  for (const { rivalJoules, bestJoules } of asked.slice(1)) {
    if (rivalJoules !== null) expect(rivalJoules).toBeGreaterThanOrEqual(bestJoules);
  }
  const known = asked.filter(({ rivalJoules }) => rivalJoules !== null);
  expect(known.length).toBeGreaterThanOrEqual(asked.length / 2);
});

describe('what is found', () => {
  test.each(seeds)('the fastest of 3,072 within 96 trials (seed %i)', async (seed) => {
    const result = await runSearch(searchTask(kernel, { objective: { minimize: 'latency' }, seed }));
    expect(result.bestObjective).toBe(fastestMs);
    expect(result.energyMeasurements).toBe(0);
    expect(result.best).toEqual(result.fastest);
  });

  test.each(seeds)(
    'the lowest energy within the latency slack, measuring few energies (seed %i)',
    async (seed) => {
      const admissible = all.filter(({ latencyMs }) => latencyMs <= 1.1 * fastestMs);
      const lowest = Math.min(...admissible.map(({ joules }) => joules));
      const result = await runSearch(searchTask(kernel, { seed, budget: { trials: 160, seconds: 3600 } }));
      expect(result.bestObjective).toBeLessThanOrEqual(1.01 * lowest);
      expect(result.best?.latency?.medianMs).toBeLessThanOrEqual(1.1 * fastestMs);
      expect(result.energyMeasurements).toBeLessThan(60);
    },
  );

  test('the lowest energy of all where latency does not matter', async () => {
    const lowest = Math.min(...all.map(({ joules }) => joules));
    const objective = { minimize: 'energy', latencySlack: Number.POSITIVE_INFINITY } as const;
    const result = await runSearch(searchTask(kernel, { objective }));
    expect(result.bestObjective).toBeCloseTo(lowest, 12);
    expect(result.best?.latency?.medianMs).toBeGreaterThan(fastestMs);
  });

  test.each([
    ['edp', 1],
    ['ed2p', 2],
  ] as const)('the lowest %s: joules times seconds to the power of %i', async (minimize, power) => {
    const lowest = Math.min(...all.map(({ joules, latencyMs }) => joules * (latencyMs / 1000) ** power));
    const result = await runSearch(searchTask(kernel, { objective: { minimize } }));
    expect(result.bestObjective).toBeCloseTo(lowest, 12);
  });

  test('the fastest, where energy cannot be measured', async () => {
    const trials = syntheticTrials(kernel, { measuresEnergy: false });
    const result = await runSearch(searchTask(kernel, { trials }));
    expect(result.bestObjective).toBe(fastestMs);
    expect(trials.calls.energy).toEqual([]);
    expect(result.pareto).toEqual([]);
  });
});

describe('what is tried', () => {
  test('known good configurations first, then never one twice, and only valid ones', async () => {
    const constrained = tiledKernel([
      {
        names: ['WORKGROUP', 'UNROLL'],
        test: ({ WORKGROUP, UNROLL }) => Number(WORKGROUP) * Number(UNROLL) <= 512,
      },
    ]);
    const good = { WORKGROUP: 64, TILE_X: 2, TILE_Y: 2, UNROLL: 2, LAYOUT: 'blocked', VECTORIZE: true };
    const outside = { ...good, WORKGROUP: 48 };
    const invalid = { ...good, WORKGROUP: 512, UNROLL: 8 };
    const trials = syntheticTrials(constrained);
    const result = await runSearch(searchTask(constrained, { trials, start: [outside, invalid, good] }));
    const ids = trials.calls.latency.map(idOf);
    expect(ids[0]).toBe(idOf(good));
    expect(new Set(ids).size).toBe(96);
    expect(trials.calls.latency.every((c) => Number(c.WORKGROUP) * Number(c.UNROLL) <= 512)).toBe(true);
    expect(idsOf(result.measurements)).toEqual(ids);
    expect(new Set(trials.calls.energy.map(idOf)).size).toBe(trials.calls.energy.length);
  });

  test('a small space to the last configuration', async () => {
    const space = createSpace({
      tunables: [{ name: 'WORKGROUP', values: [32, 64, 128, 256] }],
      constraints: [],
    });
    const small = { space, latencyMs: (c: Configuration) => Number(c.WORKGROUP), watts: () => 100 };
    const result = await runSearch(searchTask(small));
    expect(result.stopped).toBe('exhausted');
    expect(result.measurements).toHaveLength(4);
    expect(result.best?.configuration).toEqual({ WORKGROUP: 32 });
    expect(result.bestObjective).toBeCloseTo(3.2, 12);
  });

  test('a space of one configuration', async () => {
    const space = createSpace({ tunables: [{ name: 'WORKGROUP', values: [64] }], constraints: [] });
    const single = { space, latencyMs: () => 5, watts: () => 100 };
    const result = await runSearch(searchTask(single));
    expect(result).toMatchObject({ stopped: 'exhausted', bestObjective: 0.5 });
  });

  test('the same, to the bit, for the same seed; something else for another', async () => {
    const run = async (seed: number) =>
      runSearch(searchTask(kernel, { seed, budget: { trials: 48, seconds: 60 } }));
    const [first, again, other] = [await run(9), await run(9), await run(10)];
    expect(again).toEqual(first);
    expect(idsOf(other.measurements)).not.toEqual(idsOf(first.measurements));
  });
});

describe('failures', () => {
  test('are recorded, and never chosen', async () => {
    const result = await runSearch(searchTask(kernel, { objective: { minimize: 'latency' } }));
    const failed = result.measurements.filter(({ failure }) => failure !== null);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.every(({ latency, failure }) => latency === null && failure?.kind === 'compile')).toBe(
      true,
    );
    for (const chosen of [result.best, result.fastest, ...result.finalists])
      expect(chosen?.failure).toBeNull();
  });

  test('become rarer once some are seen', async () => {
    const result = await runSearch(searchTask(kernel, { objective: { minimize: 'latency' } }));
    const later = result.measurements.slice(24);
    // Of the whole space 19 % fail, and more than that around the best.
    expect(later.filter(({ failure }) => failure !== null).length / later.length).toBeLessThan(0.05);
  });

  test('of energy measurements disqualify a configuration', async () => {
    const lowest = [...all].sort((a, b) => a.joules - b.joules)[0];
    const crashing = idOf(lowest?.configuration ?? {});
    const trials = syntheticTrials(kernel, {
      energy: async (configuration) =>
        idOf(configuration) === crashing
          ? { ok: false, failure: { kind: 'crash', message: 'lost' } }
          : { ok: true, value: energyOf(kernel.latencyMs(configuration) ?? 0, kernel.watts(configuration)) },
    });
    const objective = { minimize: 'energy', latencySlack: Number.POSITIVE_INFINITY } as const;
    const start = lowest === undefined ? [] : [lowest.configuration];
    const result = await runSearch(searchTask(kernel, { trials, objective, start }));
    expect(result.measurements[0]).toMatchObject({ energy: null, failure: { kind: 'crash' } });
    expect(idsOf(result.finalists)).not.toContain(crashing);
    expect(idsOf(result.pareto)).not.toContain(crashing);
    expect(result.best?.energy?.joules).toBeGreaterThan(lowest?.joules ?? 0);
  });

  test('of everything leave nothing to choose', async () => {
    const trials = syntheticTrials({ ...kernel, latencyMs: () => null });
    const result = await runSearch(searchTask(kernel, { trials, budget: { trials: 40, seconds: 60 } }));
    expect(result).toMatchObject({
      best: null,
      bestObjective: null,
      fastest: null,
      finalists: [],
      stopped: 'trials',
    });
    expect(result.measurements).toHaveLength(40);
    expect(result.convergence).toEqual(new Array(40).fill(null));
  });

  test('of every energy measurement leave the fastest that was not harmed', async () => {
    const trials = syntheticTrials(kernel, {
      energy: async () => ({ ok: false, failure: { kind: 'timeout', message: 'no ticks' } }),
    });
    const result = await runSearch(searchTask(kernel, { trials, budget: { trials: 32, seconds: 60 } }));
    expect(result.bestObjective).toBeNull();
    expect(result.best).toMatchObject({ failure: null, energy: null });
  });
});

describe('what is reported', () => {
  test('finalists: the best by measured energy within the cap, best first', async () => {
    const { finalists, best, fastest } = await runSearch(searchTask(kernel));
    const joules = finalists.map(({ energy }) => energy?.joules ?? Number.NaN);
    expect(finalists.length).toBeGreaterThanOrEqual(3);
    expect(finalists.length).toBeLessThanOrEqual(6);
    expect(finalists[0]).toEqual(best);
    expect(joules).toEqual([...joules].sort((a, b) => a - b));
    const capMs = 1.1 * (fastest?.latency?.medianMs ?? 0);
    for (const { latency } of finalists) expect(latency?.medianMs).toBeLessThanOrEqual(capMs);
  });

  test('convergence: the best objective after each trial, ending at the result', async () => {
    const objective = { minimize: 'latency' } as const;
    const result = await runSearch(searchTask(kernel, { objective }));
    let best: number | null = null;
    const expected = result.measurements.map(({ latency }) => {
      if (latency !== null) best = Math.min(best ?? Number.POSITIVE_INFINITY, latency.medianMs);
      return best;
    });
    expect(result.convergence).toEqual(expected);
    expect(result.convergence.at(-1)).toBe(result.bestObjective);
  });

  test('a Pareto front that nothing measured beats in both', async () => {
    const { pareto, measurements } = await runSearch(searchTask(kernel));
    const known = measurements.filter(({ energy }) => energy !== null);
    for (const point of pareto) {
      const beaten = known.some(
        ({ latency, energy }) =>
          (latency?.medianMs ?? 0) < (point.latency?.medianMs ?? 0) &&
          (energy?.joules ?? 0) < (point.energy?.joules ?? 0),
      );
      expect(beaten).toBe(false);
    }
    expect(idsOf(pareto)).toContain(
      idsOf([...known].sort((a, b) => (a.energy?.joules ?? 0) - (b.energy?.joules ?? 0)))[0],
    );
  });

  test('progress after every round', async () => {
    const seen: SearchProgress[] = [];
    const onRound = async (progress: SearchProgress) => {
      seen.push(progress);
    };
    const result = await runSearch(searchTask(kernel, { onRound, budget: { trials: 40, seconds: 60 } }));
    const trials = seen.map((progress) => progress.trials);
    expect(trials[0]).toBe(8);
    expect(trials.at(-1)).toBe(40);
    expect(seen.map(({ round }) => round)).toEqual(seen.map((_, i) => i + 1));
    expect(seen.at(-1)).toMatchObject({
      bestObjective: result.bestObjective,
      energyMeasurements: result.energyMeasurements,
      measurements: result.measurements,
    });
  });
});

describe('when it stops', () => {
  test('after its trials, failures included', async () => {
    const result = await runSearch(searchTask(kernel, { budget: { trials: 33, seconds: 60 } }));
    expect(result.stopped).toBe('trials');
    expect(result.measurements).toHaveLength(33);
  });

  test('after its seconds, with time kept for the last energies', async () => {
    let now = 0;
    const base = syntheticTrials(kernel);
    const trials = {
      ...base,
      latency: async (configuration: Configuration) => {
        now += 100;
        return base.latency(configuration);
      },
      energy: async (configuration: Configuration) => {
        now += 1000;
        return base.energy(configuration);
      },
    };
    const clock = { nowMs: () => now };
    const result = await runSearch(
      searchTask(kernel, { trials, clock, budget: { trials: 500, seconds: 20 } }),
    );
    expect(result.stopped).toBe('seconds');
    expect(now).toBeLessThanOrEqual(21_000);
    expect(result.best?.energy).not.toBeNull();
  });

  test('when nothing is left to gain, but not early', async () => {
    const objective = { minimize: 'latency' } as const;
    const result = await runSearch(
      searchTask(kernel, { objective, budget: { trials: 1000, seconds: 3600 } }),
    );
    expect(result.stopped).toBe('converged');
    expect(result.bestObjective).toBe(fastestMs);
    expect(result.measurements.length).toBeGreaterThan(128);
    expect(result.measurements.length).toBeLessThan(400);
  });

  test('when it is told to, with what was found so far', async () => {
    const stop = new AbortController();
    const base = syntheticTrials(kernel);
    const trials = {
      ...base,
      latency: async (configuration: Configuration) => {
        if (base.calls.latency.length === 19) stop.abort();
        return base.latency(configuration);
      },
    };
    const result = await runSearch(searchTask(kernel, { trials, signal: stop.signal }));
    expect(result.stopped).toBe('interrupted');
    expect(result.measurements).toHaveLength(20);
    expect(result.best).not.toBeNull();
  });

  test('with what the device threw, where it is gone for good', async () => {
    const trials = syntheticTrials(kernel, {
      latency: async () => {
        throw new Error('the device is gone');
      },
    });
    await expect(runSearch(searchTask(kernel, { trials }))).rejects.toThrow('the device is gone');
  });
});

describe('what is carried over', () => {
  test('measurements of an interrupted search are not taken again, and count as tried', async () => {
    const first = await runSearch(searchTask(kernel, { budget: { trials: 40, seconds: 60 } }));
    const foreign: Measurement = {
      configuration: { WORKGROUP: 48 },
      latency: latencyOf(0.001),
      energy: null,
      failure: null,
    };
    const trials = syntheticTrials(kernel);
    const known = [foreign, ...first.measurements];
    const resumed = await runSearch(
      searchTask(kernel, { trials, known, budget: { trials: 60, seconds: 60 } }),
    );
    expect(resumed.measurements).toHaveLength(60);
    expect(idsOf(resumed.measurements.slice(0, 40))).toEqual(idsOf(first.measurements));
    const before = new Set(idsOf(first.measurements));
    expect(trials.calls.latency).toHaveLength(20);
    expect(trials.calls.latency.some((configuration) => before.has(idOf(configuration)))).toBe(false);
    const measured = new Set(idsOf(first.measurements.filter(({ energy }) => energy !== null)));
    expect(trials.calls.energy.some((configuration) => measured.has(idOf(configuration)))).toBe(false);
  });

  test('a cost model that knows the kernel leads to good configurations at once', async () => {
    const features = (c: Configuration) =>
      Float64Array.from([
        Math.log2(Number(c.WORKGROUP)),
        Math.log2(Number(c.TILE_X)),
        Math.log2(Number(c.TILE_Y)),
        Math.log2(Number(c.UNROLL)),
        ['row', 'column', 'blocked', 'swizzled'].indexOf(String(c.LAYOUT)),
        c.VECTORIZE === true ? 1 : 0,
      ]);
    const rows = all
      .filter((_, i) => i % 5 === 0)
      .map(
        ({ configuration, latencyMs }): CostRow => ({
          family: 'simulated',
          kernel: 'tiled',
          workload: 'M=1',
          identity: idOf(configuration),
          features: features(configuration),
          latencyMs,
          watts: kernel.watts(configuration),
          estimated: false,
        }),
      );
    const featureNames = ['workgroup', 'tile_x', 'tile_y', 'unroll', 'layout', 'vectorize'];
    const costModel = createCostModel({ family: 'simulated', featureNames, rows, seed: 1 });
    const bestOf = async (model: typeof costModel | null, seed: number) => {
      const trials = syntheticTrials(kernel, { features: async (configuration) => features(configuration) });
      const budget = { trials: 16, seconds: 60 };
      const objective = { minimize: 'latency' } as const;
      return (
        (await runSearch(searchTask(kernel, { trials, budget, objective, seed, costModel: model })))
          .bestObjective ?? 0
      );
    };
    for (const seed of seeds) {
      const withModel = await bestOf(costModel, seed);
      expect(withModel).toBeLessThan(1.15 * fastestMs);
      expect(withModel).toBeLessThan(await bestOf(null, seed));
    }
  });
});

test('the models of a long search stay small', async () => {
  const add = vi.spyOn(GaussianProcess.prototype, 'add');
  const known = all.slice(0, 1600).map(({ configuration, latencyMs }) => ({
    configuration,
    latency: latencyOf(latencyMs),
    energy: null,
    failure: null,
  }));
  const budget = { trials: known.length + 320, seconds: 3600 };
  const objective = { minimize: 'latency' } as const;
  await runSearch(searchTask(kernel, { objective, known, budget, patience: Number.POSITIVE_INFINITY }));
  const sizes = add.mock.contexts.map((process) => (process as GaussianProcess).size);
  add.mockRestore();
  // Those that it begins anew with, 250 more until it does, and a batch that is believed before it is tried.
  expect(Math.max(...sizes)).toBeGreaterThan(400);
  expect(Math.max(...sizes)).toBeLessThan(510);
});

test('courses of power are kept of the best few, the best one’s among them', async () => {
  const power = [{ seconds: 0.1, watts: 100 }];
  const objective = { minimize: 'energy', latencySlack: 10 } as const;
  const task = searchTask(kernel, { objective, methods: { energyShare: 0.5 } });
  const { best, measurements, energyMeasurements } = await runSearch({
    ...task,
    trials: {
      ...task.trials,
      energy: async (configuration) => {
        const measured = await task.trials.energy(configuration);
        return measured.ok ? { ok: true, value: { ...measured.value, power } } : measured;
      },
    },
  });
  expect(best?.energy?.power).toEqual(power);
  expect(energyMeasurements).toBeGreaterThan(12);
  expect(measurements.filter(({ energy }) => energy?.power !== undefined)).toHaveLength(8);
});
