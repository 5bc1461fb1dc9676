import { type CostRow, createCostModel } from '../../src/model/index.ts';
import { runSearch } from '../../src/search/index.ts';
import { createRandom, mean, shuffle } from '../../src/stats/index.ts';
import type { Recording } from '../../src/store/index.ts';
import { replayTrials } from '../search/replay-trials.ts';
import type { TransferCase } from './cases.ts';

/** Trials after which a search is given up; it counts with all of them. */
const giveUp = 200;

/** Share of the optimum that has to be reached. */
const wanted = 0.95;

/** Trials to 95 % of the optimum, means over the seeds. */
export interface TransferResult {
  readonly name: string;
  readonly features: TransferCase['features'];
  readonly configurations: number;
  readonly rows: number;
  readonly seeds: number;
  readonly cold: number;
  readonly cached: number;
  /** The cached model's rows with the order of their costs turned round. */
  readonly inverted: number;
  /** ... and with costs that belong to other rows. */
  readonly shuffled: number;
}

type Rows = readonly CostRow[];

/** Swaps dear and cheap: the worst configuration looks best. */
function invert(rows: Rows): Rows {
  const costs = rows.map(({ latencyMs }) => latencyMs);
  const scale = Math.max(...costs) * Math.min(...costs);
  return rows.map((row) => ({ ...row, latencyMs: scale / row.latencyMs }));
}

function shuffleCosts(rows: Rows): Rows {
  const costs = shuffle(
    rows.map(({ latencyMs }) => latencyMs),
    createRandom(9),
  );
  return rows.map((row, i) => ({ ...row, latencyMs: costs[i] as number }));
}

/**
 * Four fifths of a space, by the seed. A start that spreads over a small space is much the same whatever the seed, so
 * that one space would be one sample.
 */
function spaceOf(target: Recording, seed: number): Recording {
  const order = shuffle([...target.measurements], createRandom(seed));
  return { ...target, measurements: order.slice(0, Math.ceil(0.8 * order.length)) };
}

async function trialsToWanted(transfer: TransferCase, rows: Rows | null, seed: number): Promise<number> {
  const { describe, family, featureNames } = transfer;
  const target = spaceOf(transfer.target, seed);
  const replay = replayTrials(target, false);
  const latencies = target.measurements.flatMap(({ latencyMs }) => latencyMs ?? []);
  const goal = Math.min(...latencies) / wanted;
  const reached = new AbortController();
  const result = await runSearch({
    space: replay.space,
    trials: { ...replay, features: describe },
    objective: { minimize: 'latency' },
    budget: { trials: giveUp, seconds: Number.POSITIVE_INFINITY },
    seed,
    start: [],
    costModel: rows === null ? null : createCostModel({ family, featureNames, rows, seed }),
    clock: replay.clock,
    signal: reached.signal,
    onRound: ({ bestObjective }) => {
      if (bestObjective !== null && bestObjective <= goal) reached.abort();
    },
  });
  const at = result.convergence.findIndex((best) => best !== null && best <= goal);
  return at === -1 ? giveUp : at + 1;
}

/** Searches a space cold, with what another one taught, and with that spoiled. */
export async function compareTransfer(transfer: TransferCase, seeds: number): Promise<TransferResult> {
  const meanOf = async (rows: Rows | null) => {
    const counts: number[] = [];
    for (let seed = 1; seed <= seeds; seed++) counts.push(await trialsToWanted(transfer, rows, seed));
    return Number(mean(counts).toFixed(1));
  };
  return {
    name: transfer.name,
    features: transfer.features,
    configurations: transfer.target.measurements.length,
    rows: transfer.rows.length,
    seeds,
    cold: await meanOf(null),
    cached: await meanOf(transfer.rows),
    inverted: await meanOf(invert(transfer.rows)),
    shuffled: await meanOf(shuffleCosts(transfer.rows)),
  };
}
