import type { Network } from '../../src/judge/index.ts';
import type { Random } from '../../src/stats/index.ts';
import type { NoiseModel } from '../judge/noise.ts';
import { changed, margins, play, subjectsOf } from '../judge/run-judge.ts';

/** What becomes of one network under one noise, as shares of the runs. */
export interface NetworkBars {
  readonly model: string;
  readonly scenario: string;
  readonly networkRed: number;
  /** The network, or any kernel. */
  readonly anyRed: number;
  /** 95 % intervals that hold the truth, energy and latency. */
  readonly covered: readonly [number, number];
  /** Blocks a kernel, and how many the kernels alone take. */
  readonly blocks: number;
  readonly blocksAlone: number;
}

const count = 40;
const nothing = { base: 0, head: 0 };

interface Scenario {
  readonly name: string;
  readonly energy: number;
  readonly latency: number;
  readonly margin: { readonly energy: number; readonly latency: number };
  /** Launches of the n-th kernel. */
  readonly calls: (index: number) => number;
}

const alike = () => 1;
/** A few kernels are most of it: each 0.9 times the one before. */
const uneven = (index: number) => 0.9 ** index;
const half = { energy: 0.005, latency: 0.005 };

const scenarios: readonly Scenario[] = [
  { name: 'each +0.8 %', energy: 0.008, latency: 0.008, margin: half, calls: alike },
  { name: 'each +0.8 %, uneven', energy: 0.008, latency: 0.008, margin: half, calls: uneven },
  {
    name: 'each +0.5 %: the network at its margin',
    energy: 0.005,
    latency: 0.005,
    margin: half,
    calls: alike,
  },
  {
    name: 'kernels and network at their margins',
    energy: margins.energy,
    latency: margins.latency,
    margin: margins,
    calls: alike,
  },
  { name: 'unchanged', energy: 0, latency: 0, margin: half, calls: alike },
];

function networkOf({ margin, calls }: Scenario): Network {
  return {
    name: 'network',
    gate: {
      energy: { margin: margin.energy, allowEstimated: false },
      latency: { margin: margin.latency },
      failOn: ['regressed'],
    },
    energyEstimated: false,
    members: subjectsOf(count).map(({ kernel, workload }, i) => ({ kernel, workload, calls: calls(i) })),
    beside: { energy: nothing, latency: nothing },
    lacking: { energy: null, latency: null },
  };
}

function measureScenario(scenario: Scenario, model: NoiseModel, runs: number, random: Random): NetworkBars {
  const subjects = subjectsOf(count);
  const { energy, latency } = scenario;
  const truthOf = () => changed(energy, latency);
  const sums = { networkRed: 0, anyRed: 0, energy: 0, latency: 0, blocks: 0, blocksAlone: 0 };
  for (let run = 0; run < runs; run++) {
    const seed = random.integer(2 ** 32);
    const request = { subjects, truthOf, model };
    const played = play({ ...request, random: random.fork(`${seed}`), networks: [networkOf(scenario)] });
    const alone = play({ ...request, random: random.fork(`${seed}`) });
    const network = played.judgements.at(-1);
    if (network?.verdict === 'regressed') sums.networkRed++;
    if (played.judgements.some(({ verdict }) => verdict === 'regressed')) sums.anyRed++;
    for (const { metric, ratio } of network?.metrics ?? []) {
      const truth = 1 + scenario[metric];
      if (ratio !== null && ratio.low <= truth && truth <= ratio.high) sums[metric]++;
    }
    sums.blocks += played.blocks;
    sums.blocksAlone += alone.blocks;
  }
  return {
    model: model.name,
    scenario: scenario.name,
    networkRed: sums.networkRed / runs,
    anyRed: sums.anyRed / runs,
    covered: [sums.energy / runs, sums.latency / runs],
    blocks: sums.blocks / runs,
    blocksAlone: sums.blocksAlone / runs,
  };
}

/** Every scenario under one model of noise. */
export function measureNetworks(model: NoiseModel, runs: number, random: Random): readonly NetworkBars[] {
  return scenarios.map((scenario) => measureScenario(scenario, model, runs, random.fork(scenario.name)));
}
