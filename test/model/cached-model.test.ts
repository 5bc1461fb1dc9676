import { describe, expect, test } from 'vitest';
import { type CostRow, createCostModel } from '../../src/model/index.ts';
import { runSearch } from '../../src/search/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import { everything, searchTask, syntheticTrials, tiledKernel } from '../search/synthetic-trials.ts';

const kernel = tiledKernel();
const featureNames = ['workgroup', 'tile', 'unroll', 'layout', 'vectorize'];
const layouts = ['row', 'column', 'blocked', 'swizzled'];

function featuresOf(configuration: Configuration): Float64Array {
  const size = (name: string) => Math.log2(Number(configuration[name]));
  return Float64Array.of(
    size('WORKGROUP'),
    size('TILE_X') + 4 * size('TILE_Y'),
    size('UNROLL'),
    layouts.indexOf(String(configuration.LAYOUT)),
    configuration.VECTORIZE === true ? 1 : 0,
  );
}

const all = everything(kernel);

/** What a search of a workload three times as large, with a taste of its own, left in the model file. */
const rows: readonly CostRow[] = all
  .filter((_, i) => i % 9 === 0)
  .map(({ configuration, latencyMs }, i) => ({
    family: 'simulated',
    kernel: 'tiled',
    workload: 'larger',
    identity: `program-${i}`,
    features: featuresOf(configuration),
    latencyMs: 3 * latencyMs * (1 + 0.1 * Math.sin(i)),
    watts: null,
    estimated: false,
  }));

const dearest = Math.max(...rows.map(({ latencyMs }) => latencyMs));
/** Dear and cheap swapped: the worst configuration looks best. */
const poisoned = rows.map((row) => ({ ...row, latencyMs: dearest ** 2 / row.latencyMs }));
/** Another kernel, whose features mean nothing here. */
const foreign = rows.map((row, i) => ({ ...row, kernel: 'other', latencyMs: 1 + ((i * 7919) % 101) }));

const budget = { trials: 80, seconds: 3600 };
const seeds = [1, 2, 3, 4, 5, 6];

/** Trials until 95 % of the optimum is reached, added up over the seeds. */
async function trialsTo95Percent(known: readonly CostRow[] | null): Promise<number> {
  const goal = Math.min(...all.map(({ latencyMs }) => latencyMs)) / 0.95;
  let total = 0;
  for (const seed of seeds) {
    const reached = new AbortController();
    const { convergence } = await runSearch(
      searchTask(kernel, {
        trials: syntheticTrials(kernel, {
          measuresEnergy: false,
          features: async (configuration) => featuresOf(configuration),
        }),
        objective: { minimize: 'latency' },
        budget,
        seed,
        costModel:
          known === null ? null : createCostModel({ family: 'simulated', featureNames, rows: known, seed }),
        signal: reached.signal,
        onRound: ({ bestObjective }) => {
          if (bestObjective !== null && bestObjective <= goal) reached.abort();
        },
      }),
    );
    const at = convergence.findIndex((best) => best !== null && best <= goal);
    total += at === -1 ? budget.trials : at + 1;
  }
  return total;
}

const cold = trialsTo95Percent(null);

describe('a search with a cached cost model', () => {
  test('needs at most half the trials where the model knows the kernel at another size', async () => {
    expect(await trialsTo95Percent(rows)).toBeLessThanOrEqual(0.5 * (await cold));
  });

  test.each([
    ['poisoned: dear and cheap swapped', poisoned],
    ['of another kernel', foreign],
  ])('needs at most a tenth more where the model is %s', async (_, known) => {
    expect(await trialsTo95Percent(known)).toBeLessThanOrEqual(1.1 * (await cold));
  });
});
