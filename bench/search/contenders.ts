import { runSearch, type SearchMethods } from '../../src/search/index.ts';
import type { Point } from '../../src/space/index.ts';
import { createRandom, shuffle } from '../../src/stats/index.ts';
import type { ReplayTrials } from './replay-trials.ts';
import { TreeSurrogate } from './tree-surrogate.ts';

/** Objective after each evaluation of one run; null where the configuration failed. */
export type Run = readonly (number | null)[];

export interface RunTask {
  readonly trials: ReplayTrials;
  readonly evaluations: number;
  readonly seed: number;
  /** Nothing is left to find: the run may end. */
  readonly optimum: number;
}

/** A way to search; measures one objective in every evaluation. */
export type Contender = (task: RunTask) => Promise<Run>;

function searchBy(methods: Partial<SearchMethods>): Contender {
  return async ({ trials, evaluations, seed, optimum }) => {
    const stop = new AbortController();
    const result = await runSearch({
      space: trials.space,
      trials: {
        ...trials,
        async latency(configuration) {
          const outcome = await trials.latency(configuration);
          if (outcome.ok && outcome.value.medianMs <= optimum) stop.abort();
          return outcome;
        },
      },
      objective: { minimize: 'latency' },
      budget: { trials: evaluations, seconds: Number.POSITIVE_INFINITY },
      seed,
      start: [],
      costModel: null,
      clock: trials.clock,
      patience: Number.POSITIVE_INFINITY,
      signal: stop.signal,
      methods,
    });
    return result.measurements.map(({ latency }) => latency?.medianMs ?? null);
  };
}

const random: Contender = async ({ trials, evaluations, seed }) =>
  shuffle([...trials.space.enumerate()], createRandom(seed))
    .slice(0, evaluations)
    .map((point) => trials.latencyOf(trials.space.configuration(point)));

const population = 20;
const mutation = 0.1;

/** Generations of twenty, parents drawn by rank, uniform crossover, mutation; a configuration counts once. */
const genetic: Contender = async ({ trials, evaluations, seed }) => {
  const { space } = trials;
  const source = createRandom(seed);
  const values = new Map<string, number | null>();
  const evaluate = (point: Point) => {
    const key = point.join();
    if (!values.has(key) && values.size < evaluations) {
      values.set(key, trials.latencyOf(space.configuration(point)));
    }
    return values.get(key) ?? Number.POSITIVE_INFINITY;
  };
  let generation = space.sample(source, population);
  while (values.size < Math.min(evaluations, space.rawSize)) {
    const before = values.size;
    const costs = new Map(generation.map((point) => [point, evaluate(point)]));
    const ranked = [...generation].sort((a, b) => (costs.get(a) ?? 0) - (costs.get(b) ?? 0));
    // The better of two drawn at random.
    const parent = () =>
      ranked[Math.min(source.integer(ranked.length), source.integer(ranked.length))] as Point;
    if (values.size === before) generation = space.sample(source, population);
    else {
      generation = Array.from({ length: population }, () => {
        const child = space.crossover(parent(), parent(), source) ?? parent();
        return space.mutate(child, mutation, source) ?? child;
      });
    }
  }
  return [...values.values()];
};

/** Ours. */
export const ours = searchBy({});

/** Ours with a part of the method taken out. */
export const ablations: Readonly<Record<string, Contender>> = {
  'no Gaussian process': searchBy({ surrogate: (_, source) => new TreeSurrogate(source) }),
  'no genetic pool': searchBy({ genetic: false }),
};

/** What needs no model at all. */
export const plain: Readonly<Record<string, Contender>> = { random, 'plain genetic': genetic };
