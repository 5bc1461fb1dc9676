import { runSearch } from '../../src/search/index.ts';
import { mean, moments } from '../../src/stats/index.ts';
import { round } from './methodology.ts';
import { type ReplayTrials, replayTrials } from './replay-trials.ts';
import { type PowerCharacterName, powerCharacters, withMadeEnergy } from './semi-synthetic.ts';
import { loadRecording, spaceOf } from './spaces.ts';

/** The recording that holds time and energy of every configuration. */
export const energyRecording = 'powersensor3/tcbf_RTX_4000_Ada.json.gz';

/** Recordings of latency alone whose energies are made, each with every power character. */
const latencyRecordings = [
  'benchmark_hub/convolution_A100.json.gz',
  'benchmark_hub/gemm_old_RTX_3090.json.gz',
];

const budget = 128;

/** What the rules are compared at beside equal trials. */
export const equalEnergies = 48;
/** Made-up costs, of the order that they have on a GPU: a search without a device has no clock. */
export const costs = { trialSeconds: 0.2, energySeconds: 2.5 } as const;
/** What measuring every trial takes for `equalEnergies` of them. */
export const equalSeconds = Math.round(equalEnergies * (costs.trialSeconds + costs.energySeconds));

const measureAll = 'all';

/** Whose energy is measured: the search's own rule, or a share of every eight trials. */
const rules: readonly (readonly [string, number | null])[] = [
  [measureAll, 1],
  ['dynamic', null],
  ['1 of 4', 1 / 4],
];

/** One rule on one space, averaged over seeds. Gaps are what the best found is above the lowest recorded energy. */
export interface EnergyResult {
  /** Name of the recording; behind an @ the character of made energies. */
  readonly space: string;
  readonly trials: number;
  readonly rule: string;
  readonly seeds: number;
  readonly energyMeasurements: number;
  readonly shareOfValidPercent: number;
  readonly gapPercent: number;
  /** `gapPercent` less that of measuring all, seed by seed, and the standard error of that mean. */
  readonly lossPercent: number;
  readonly lossErrorPercent: number;
  /** The same gap of the best that was tried, measured or not. */
  readonly gapOfTriedPercent: number;
  readonly gapAtEqualEnergiesPercent: number;
  readonly gapAtEqualSecondsPercent: number;
}

interface Ending {
  readonly gap: number;
  readonly gapOfTried: number;
  readonly gapAtEnergies: number;
  readonly gapAtSeconds: number;
  readonly energies: number;
  readonly valid: number;
}

interface EnergySpace {
  readonly name: string;
  readonly trials: ReplayTrials;
}

/** The real one first, then those whose energies are made. */
export function energySpaces(folder: string): readonly EnergySpace[] {
  const real = spaceOf(energyRecording, folder);
  const recorded = loadRecording(real.file, { time: 'time', energy: 'ps_energy' });
  const made = latencyRecordings.flatMap((path) => {
    const { name, file } = spaceOf(path, folder);
    const recording = loadRecording(file, { time: 'time' });
    return Object.keys(powerCharacters).map((character) => ({
      name: `${name.replace(':time', '')}@${character}`,
      trials: replayTrials(withMadeEnergy(recording, powerCharacters[character as PowerCharacterName]), true),
    }));
  });
  return [{ name: real.name.replace(':time', ''), trials: replayTrials(recorded, true) }, ...made];
}

function lowestEnergy({ space, joulesOf }: ReplayTrials): number {
  return Math.min(
    ...[...space.enumerate()].map(
      (point) => joulesOf(space.configuration(point)) ?? Number.POSITIVE_INFINITY,
    ),
  );
}

/** One search for the lowest energy without a cap. */
async function search(
  trials: ReplayTrials,
  task: { readonly lowest: number; readonly seed: number; readonly share: number | null },
): Promise<Ending> {
  let [best, energies, seconds] = [Number.POSITIVE_INFINITY, 0, 0];
  let [atEnergies, atSeconds] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const result = await runSearch({
    space: trials.space,
    trials: {
      ...trials,
      latency(configuration) {
        seconds += costs.trialSeconds;
        return trials.latency(configuration);
      },
      async energy(configuration) {
        const outcome = await trials.energy(configuration);
        energies++;
        seconds += costs.energySeconds;
        if (outcome.ok) best = Math.min(best, outcome.value.joules);
        if (energies <= equalEnergies) atEnergies = best;
        if (seconds <= equalSeconds) atSeconds = best;
        return outcome;
      },
    },
    objective: { minimize: 'energy', latencySlack: Number.POSITIVE_INFINITY },
    budget: { trials: budget, seconds: Number.POSITIVE_INFINITY },
    seed: task.seed,
    start: [],
    costModel: null,
    clock: trials.clock,
    patience: Number.POSITIVE_INFINITY,
    methods: { energyShare: task.share },
  });
  const valid = result.measurements.filter(({ failure }) => failure === null);
  const gap = (joules: number | null) => 100 * ((joules ?? Number.POSITIVE_INFINITY) / task.lowest - 1);
  return {
    gap: gap(result.bestObjective),
    gapOfTried: Math.min(...valid.map(({ configuration }) => gap(trials.joulesOf(configuration)))),
    gapAtEnergies: gap(atEnergies),
    gapAtSeconds: gap(atSeconds),
    energies: result.energyMeasurements,
    valid: valid.length,
  };
}

/** Every rule on every space: what few energy measurements cost. */
export async function compareEnergyRules(
  spaces: readonly EnergySpace[],
  seeds: number,
): Promise<readonly EnergyResult[]> {
  const results: EnergyResult[] = [];
  for (const { name, trials } of spaces) {
    const lowest = lowestEnergy(trials);
    const all: number[] = [];
    for (const [rule, share] of rules) {
      const endings: Ending[] = [];
      for (let seed = 1; seed <= seeds; seed++) endings.push(await search(trials, { lowest, seed, share }));
      if (rule === measureAll) all.push(...endings.map(({ gap }) => gap));
      const losses = moments(endings.map(({ gap }, i) => gap - (all[i] as number)));
      const average = (of: (ending: Ending) => number, digits = 2) => round(mean(endings.map(of)), digits);
      results.push({
        ...{ space: name, trials: budget, rule, seeds },
        energyMeasurements: average(({ energies }) => energies, 1),
        shareOfValidPercent: average(({ energies, valid }) => (100 * energies) / valid, 1),
        gapPercent: average(({ gap }) => gap),
        lossPercent: round(losses.mean, 2),
        lossErrorPercent: round(losses.standardDeviation / Math.sqrt(seeds), 2),
        gapOfTriedPercent: average(({ gapOfTried }) => gapOfTried),
        gapAtEqualEnergiesPercent: average(({ gapAtEnergies }) => gapAtEnergies),
        gapAtEqualSecondsPercent: average(({ gapAtSeconds }) => gapAtSeconds),
      });
    }
  }
  return results;
}
