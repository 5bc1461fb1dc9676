import { expect, test } from 'vitest';
import { type CostModel, createCostModel } from '../../src/model/index.ts';
import { runSearch } from '../../src/search/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import { mean } from '../../src/stats/index.ts';
import { everything, searchTask, syntheticTrials, tiledKernel } from '../search/synthetic-trials.ts';

const kernel = tiledKernel();
const all = everything(kernel);
const best = Math.min(...all.map(({ latencyMs }) => latencyMs));
const goal = best / 0.95;
const budget = { trials: 80, seconds: 3600 };
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

const layouts = ['row', 'column', 'blocked', 'swizzled'];

function featuresOf(configuration: Configuration): Float64Array {
  const size = (name: string) => Math.log2(Number(configuration[name]));
  const layout = layouts.indexOf(String(configuration.LAYOUT));
  const vectorize = configuration.VECTORIZE === true ? 1 : 0;
  return Float64Array.of(
    size('WORKGROUP'),
    size('TILE_X'),
    size('TILE_Y'),
    size('UNROLL'),
    layout,
    vectorize,
  );
}

/** What a file says about this very kernel, every second configuration of it: `lie` makes it of the true latency. */
function modelOf(lie: (truth: number) => number): CostModel {
  const featureNames = ['workgroup', 'tile x', 'tile y', 'unroll', 'layout', 'vectorize'];
  const rows = all
    .filter((_, i) => i % 2 === 0)
    .map(({ configuration, latencyMs }, i) => ({
      family: 'simulated',
      kernel: 'tiled',
      workload: 'N=1',
      identity: `program-${i}`,
      features: featuresOf(configuration),
      latencyMs: lie(latencyMs),
      watts: null,
      estimated: false,
    }));
  return createCostModel({ family: 'simulated', featureNames, rows, seed: 1 });
}

/** Hash of a number to 0..1. */
function scrambled(truth: number): number {
  return (Math.abs(Math.sin(truth * 12_345.678)) * 1e4) % 1;
}

/** What a liar makes of the true latency. */
const lies: Readonly<Record<string, (truth: number) => number>> = {
  'swaps dear and cheap': (truth) => 1 / truth,
  'prunes the best: they are said to cost ten times as much': (truth) =>
    truth < 1.3 * best ? 10 * best : truth,
  'lures to the worst': (truth) => (truth > 20 * best ? 1e-9 : truth),
  'lures to the middling': (truth) => (truth > 5 * best && truth < 8 * best ? best / 10 : truth),
  'is of another kernel': (truth) => 1 + 100 * scrambled(truth),
  'says the same of all': () => 1e9,
};

/** A search; to its end, or until 95 % of the optimum is reached. */
async function search(seed: number, costModel: CostModel | null, until: 'end' | 'goal') {
  let asked = 0;
  const trials = syntheticTrials(kernel, {
    measuresEnergy: false,
    features: async (configuration) => {
      asked++;
      return featuresOf(configuration);
    },
  });
  const reached = new AbortController();
  const { convergence } = await runSearch(
    searchTask(kernel, {
      trials,
      objective: { minimize: 'latency' },
      budget,
      seed,
      costModel,
      signal: reached.signal,
      onRound: ({ bestObjective }) => {
        if (until === 'goal' && bestObjective !== null && bestObjective <= goal) reached.abort();
      },
    }),
  );
  const at = convergence.findIndex((cost) => cost !== null && cost <= goal);
  return { trials: at === -1 ? budget.trials : at + 1, asked };
}

/** Trials until 95 % of the optimum is reached, mean over the seeds. */
async function trialsWith(costModel: CostModel | null): Promise<number> {
  const counts: number[] = [];
  for (const seed of seeds) counts.push((await search(seed, costModel, 'goal')).trials);
  return mean(counts);
}

test('a model of this very kernel that somebody falsified costs at most a tenth more trials in sum', async () => {
  const cold = await trialsWith(null);
  const honest = await trialsWith(modelOf((truth) => 3 * truth));
  // The model is listened to, else no lie could do harm.
  expect(honest).toBeLessThan(cold / 3);
  const trials: number[] = [];
  for (const lie of Object.values(lies)) trials.push(await trialsWith(modelOf(lie)));
  expect(mean(trials)).toBeLessThanOrEqual(1.1 * cold);
});

test.each(['swaps dear and cheap', 'lures to the worst', 'is of another kernel', 'says the same of all'])(
  'a model is set aside once it is found out, where it %s',
  async (name) => {
    const honest = await search(
      1,
      modelOf((truth) => 3 * truth),
      'end',
    );
    const falsified = await search(1, modelOf(lies[name] ?? Math.abs), 'end');
    expect(falsified.asked).toBeLessThan(honest.asked / 2);
  },
);
