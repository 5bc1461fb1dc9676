import { latencySlackOf, type Objective, weighObjective } from '../manifest/index.ts';
import { estimateMean, mean, meanInterval, median } from '../stats/index.ts';

/** What a contender cost, one entry per block; null where the block is void. */
export interface ContenderSamples {
  readonly latencyMs: readonly (number | null)[];
  readonly joules: readonly (number | null)[];
}

/** A ratio to the incumbent with its 95 % confidence interval. */
export interface ContenderRatio {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

export interface FinalSelection {
  /** Index into the contenders; 0 keeps the incumbent. */
  readonly index: number;
  readonly latencyRatio: ContenderRatio | null;
  readonly energyRatio: ContenderRatio | null;
  readonly reason: string;
}

/** Smaller gains are not worth a change of the tuned state: the next night would undo them. */
const worthwhileGain = 0.01;

function present(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function middle(values: readonly (number | null)[]): number {
  const known = present(values);
  return known.length === 0 ? Number.POSITIVE_INFINITY : median(known);
}

/** ln(contender / incumbent) for the blocks in which both are known. */
function logRatios(contender: readonly (number | null)[], incumbent: readonly (number | null)[]): number[] {
  return contender.flatMap((value, block) => {
    const other = incumbent[block] ?? null;
    return value === null || other === null ? [] : [Math.log(value / other)];
  });
}

function ratio(
  contender: readonly (number | null)[],
  incumbent: readonly (number | null)[],
): ContenderRatio | null {
  const logs = logRatios(contender, incumbent);
  if (logs.length < 2) return null;
  const estimate = estimateMean(logs);
  const [low, high] = meanInterval(estimate, 0.95);
  return { estimate: Math.exp(estimate.mean), low: Math.exp(low), high: Math.exp(high) };
}

/**
 * Whether further blocks can still make each contender the choice. One that lost a block to the incumbent, in what is minimised
 * and in latency alike, was neither better nor faster in every block. The incumbent (index 0) is always in.
 */
export function stillInTheRunning(
  contenders: readonly ContenderSamples[],
  objective: Objective,
): readonly boolean[] {
  const [incumbent] = contenders;
  const costs = ({ latencyMs, joules }: ContenderSamples) =>
    latencyMs.map((latency, block) =>
      weighObjective(objective.minimize, { energy: joules[block] ?? null, latency }),
    );
  return contenders.map((contender, index) => {
    if (index === 0 || incumbent === undefined) return true;
    const slower = contender.latencyMs.map((latency, block) => lost(latency, incumbent.latencyMs[block]));
    const before = costs(incumbent);
    return !costs(contender).some((cost, block) => slower[block] === true && lost(cost, before[block]));
  });
}

/** What is not known is not lost. */
function lost(value: number | null, other: number | null | undefined): boolean {
  return value !== null && other != null && value >= other;
}

/**
 * Chooses among contenders that were measured side by side in fresh blocks. A search's best reading is flattered, so
 * the incumbent (index 0) is only replaced by one that is better in every block and by at least 1 % on the mean, or
 * by one that is faster in every block when the incumbent itself is slower than the latency slack allows.
 * @param options.incumbentFails there is no incumbent among them: the best one is taken, the first without samples
 */
export function selectFinalist(
  contenders: readonly ContenderSamples[],
  objective: Objective,
  options: { readonly incumbentFails?: boolean } = {},
): FinalSelection {
  const latencies = contenders.map((contender) => middle(contender.latencyMs));
  const fastest = Math.min(...latencies);
  const admissible = (index: number) => latencies[index]! <= fastest * (1 + latencySlackOf(objective));
  const values = contenders.map(({ latencyMs, joules }) =>
    latencyMs.map((latency, block) =>
      weighObjective(objective.minimize, { energy: joules[block] ?? null, latency }),
    ),
  );
  const admitted = values.map((value, index) =>
    admissible(index) ? middle(value) : Number.POSITIVE_INFINITY,
  );
  // The first of equals: the incumbent keeps its place.
  const best = Math.max(0, admitted.indexOf(Math.min(...admitted)));
  const keep = (reason: string): FinalSelection => ({
    index: 0,
    latencyRatio: null,
    energyRatio: null,
    reason,
  });
  if (options.incumbentFails) {
    return { ...keep('the previous configuration fails'), index: best };
  }
  const chosen = contenders[best];
  const incumbent = contenders[0];
  if (chosen === undefined || incumbent === undefined) return keep('it was not compared with another one');
  if (best === 0) return keep('no contender was better');
  const gains = logRatios(values[best]!, values[0]!);
  if (gains.length < 2) return keep('too few blocks in which both could be measured');
  const ratios = {
    latencyRatio: ratio(chosen.latencyMs, incumbent.latencyMs),
    energyRatio: ratio(chosen.joules, incumbent.joules),
  };
  if (!admissible(0)) {
    // One slow block must not push the incumbent out: being too slow has to repeat like any other finding.
    const faster = logRatios(chosen.latencyMs, incumbent.latencyMs).every((change) => change < 0);
    return faster
      ? { index: best, ...ratios, reason: 'faster in every block, the previous one beyond the latency slack' }
      : keep('no contender was faster in every block');
  }
  if (gains.some((gain) => gain >= 0) || mean(gains) > Math.log(1 - worthwhileGain)) {
    return keep('the best contender was not better in every block by a worthwhile amount');
  }
  return { index: best, ...ratios, reason: 'better in every block' };
}
