import { runSearch } from '../../src/search/index.ts';
import { mean } from '../../src/stats/index.ts';
import { round } from './methodology.ts';
import type { ReplayTrials } from './replay-trials.ts';

const slacks = [0.05, 0.1] as const;
const budget = 300;

/** How near a share of the recorded optimum counts as reaching it: rounding only. */
const same = 1 + 1e-9;

/** Energy within a share of the fastest, averaged over seeds. */
export interface SlackResult {
  readonly slack: number;
  readonly trials: number;
  readonly seeds: number;
  /** Seeds that end with the recorded lowest energy within the slack of the recorded fastest. */
  readonly reachedPercent: number;
  /** Seeds that found the recorded fastest, on which the cap depends. */
  readonly capReachedPercent: number;
  /** Energy of what was chosen above that; what is chosen under a cap too wide may lie below. */
  readonly gapPercent: number;
  readonly energyMeasurements: number;
}

/** Searches for the lowest energy close to the fastest, with few energy measurements. */
export async function searchWithinSlack(
  trials: ReplayTrials,
  seeds: number,
): Promise<readonly SlackResult[]> {
  const all = [...trials.space.enumerate()].flatMap((point) => {
    const configuration = trials.space.configuration(point);
    const latencyMs = trials.latencyOf(configuration);
    const joules = trials.joulesOf(configuration);
    return latencyMs === null || joules === null ? [] : [{ latencyMs, joules }];
  });
  const fastest = Math.min(...all.map(({ latencyMs }) => latencyMs));
  const results: SlackResult[] = [];
  for (const slack of slacks) {
    const within = all.filter(({ latencyMs }) => latencyMs <= fastest * (1 + slack));
    const lowest = Math.min(...within.map(({ joules }) => joules));
    const endings: { reached: boolean; capReached: boolean; gap: number; energies: number }[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const result = await runSearch({
        space: trials.space,
        trials,
        objective: { minimize: 'energy', latencySlack: slack },
        budget: { trials: budget, seconds: Number.POSITIVE_INFINITY },
        seed,
        start: [],
        costModel: null,
        clock: trials.clock,
        patience: Number.POSITIVE_INFINITY,
      });
      const joules = result.bestObjective ?? Number.POSITIVE_INFINITY;
      const latencyMs = result.best?.latency?.medianMs ?? Number.POSITIVE_INFINITY;
      endings.push({
        reached: joules <= lowest * same && latencyMs <= fastest * (1 + slack) * same,
        capReached: (result.fastest?.latency?.medianMs ?? Number.POSITIVE_INFINITY) <= fastest * same,
        gap: 100 * (joules / lowest - 1),
        energies: result.energyMeasurements,
      });
    }
    results.push({
      slack,
      trials: budget,
      seeds,
      reachedPercent: round(100 * mean(endings.map(({ reached }) => Number(reached))), 1),
      capReachedPercent: round(100 * mean(endings.map(({ capReached }) => Number(capReached))), 1),
      gapPercent: round(mean(endings.map(({ gap }) => gap)), 2),
      energyMeasurements: round(mean(endings.map(({ energies }) => energies)), 1),
    });
  }
  return results;
}
