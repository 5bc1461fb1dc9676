import { runSearch, type SearchResult } from '../../src/search/index.ts';
import { mean, moments } from '../../src/stats/index.ts';
import { round } from './methodology.ts';
import type { ReplayTrials } from './replay-trials.ts';

/** The recording that holds time and energy of every configuration. */
export const energyRecording = 'powersensor3/tcbf_RTX_4000_Ada.json.gz';

/** Trials that the rules are compared at. */
const budgets = [200, 400] as const;

const measureAll = 'all';

/** Whose energy is measured: the search's own rule, or a share of every eight trials. */
const rules: readonly (readonly [string, number | null])[] = [
  [measureAll, 1],
  ['dynamic', null],
  ['1 of 4', 1 / 4],
  ['1 of 8', 1 / 8],
];

/** One rule at one budget, averaged over seeds. */
export interface EnergyResult {
  readonly trials: number;
  readonly rule: string;
  readonly seeds: number;
  readonly energyMeasurements: number;
  readonly shareOfValidPercent: number;
  /** Energy of the best found above the lowest recorded. */
  readonly gapPercent: number;
  /** `gapPercent` less that of measuring all, seed by seed, and the standard error of that mean. */
  readonly lossPercent: number;
  readonly lossErrorPercent: number;
}

export interface Ending {
  readonly gapPercent: number;
  readonly energyMeasurements: number;
  readonly valid: number;
}

/** Searches for the lowest energy without a cap. */
function search(
  trials: ReplayTrials,
  budget: number,
  seed: number,
  share: number | null,
): Promise<SearchResult> {
  return runSearch({
    space: trials.space,
    trials,
    objective: { minimize: 'energy', latencySlack: Number.POSITIVE_INFINITY },
    budget: { trials: budget, seconds: Number.POSITIVE_INFINITY },
    seed,
    start: [],
    costModel: null,
    clock: trials.clock,
    patience: Number.POSITIVE_INFINITY,
    methods: { energyShare: share },
  });
}

/** Every rule at every budget: what few energy measurements cost. */
export async function compareEnergyRules(
  trials: ReplayTrials,
  seeds: number,
): Promise<readonly EnergyResult[]> {
  const lowest = Math.min(
    ...[...trials.space.enumerate()].map(
      (point) => trials.joulesOf(trials.space.configuration(point)) ?? Number.POSITIVE_INFINITY,
    ),
  );
  const results: EnergyResult[] = [];
  for (const budget of budgets) {
    const all: number[] = [];
    for (const [rule, share] of rules) {
      const endings: Ending[] = [];
      for (let seed = 1; seed <= seeds; seed++) {
        const result = await search(trials, budget, seed, share);
        endings.push({
          gapPercent: 100 * ((result.bestObjective ?? Number.POSITIVE_INFINITY) / lowest - 1),
          energyMeasurements: result.energyMeasurements,
          valid: result.measurements.filter(({ failure }) => failure === null).length,
        });
      }
      if (rule === measureAll) all.push(...endings.map(({ gapPercent }) => gapPercent));
      const losses = moments(endings.map(({ gapPercent }, i) => gapPercent - (all[i] as number)));
      results.push({
        trials: budget,
        rule,
        seeds,
        energyMeasurements: round(mean(endings.map(({ energyMeasurements }) => energyMeasurements)), 1),
        shareOfValidPercent: round(
          100 * mean(endings.map(({ energyMeasurements, valid }) => energyMeasurements / valid)),
          1,
        ),
        gapPercent: round(mean(endings.map(({ gapPercent }) => gapPercent)), 2),
        lossPercent: round(losses.mean, 2),
        lossErrorPercent: round(losses.standardDeviation / Math.sqrt(seeds), 2),
      });
    }
  }
  return results;
}
