import type { Point, Space } from '../space/index.ts';
import type { Random } from '../stats/index.ts';
import { expectedImprovement, probabilityBelow, worth } from './acquisition.ts';
import { Candidates } from './candidates.ts';
import type { Coordinates } from './coordinates.ts';
import type { Goal } from './goal.ts';
import type { GoodTrial, Ledger, Trial } from './ledger.ts';
import type { PowerModel } from './power-model.ts';
import type { PriorBeliefs } from './prior-beliefs.ts';
import { type Observation, type Place, Surrogate } from './surrogate.ts';
import { Validity } from './validity.ts';

/** New candidates per batch that the cost model may be asked about: each needs its variant to be built. */
const newPriorsPerBatch = 64;

interface Candidate {
  readonly point: Point;
  readonly latency: Place;
  readonly objective: Place;
  readonly validity: number;
}

/** A batch to try next. */
export interface Proposal {
  readonly points: readonly Point[];
  /** Largest expected improvement over all candidates, in logarithms. */
  readonly expectedImprovement: number;
}

export interface ProposerTask {
  readonly space: Space;
  readonly goal: Goal;
  readonly ledger: Ledger;
  readonly coordinates: Coordinates;
  readonly priors: PriorBeliefs;
  readonly power: PowerModel;
  readonly random: Random;
  readonly seed: number;
}

/** Proposes the configurations that are worth most to try. */
export class Proposer {
  readonly #task: ProposerTask;
  readonly #candidates: Candidates;
  readonly #validity: Validity;
  readonly #latency: Surrogate;
  readonly #objective: Surrogate;

  constructor(task: ProposerTask) {
    this.#task = task;
    const { dimensions } = task.coordinates;
    this.#candidates = new Candidates(task.space, task.ledger, task.random.fork('offspring'));
    this.#validity = new Validity(task.coordinates, task.seed);
    this.#latency = new Surrogate(dimensions, task.random.fork('latency'), { compress: true });
    this.#objective = new Surrogate(dimensions, task.random.fork('objective'), { compress: true });
  }

  get #isCapped(): boolean {
    return this.#task.goal.latencySlack !== Number.POSITIVE_INFINITY;
  }

  /** Log objective of a trial: measured latency and measured, else predicted, power. */
  logObjective(trial: GoodTrial): number {
    const { latencyPower, wattPower } = this.#task.goal;
    const watts = wattPower === 0 ? 0 : this.#task.power.logWatts(trial);
    return latencyPower * Math.log(trial.latency.medianMs) + watts;
  }

  /** Log objective that the cost model predicts; null without one. */
  priorObjective(key: string): number | null {
    const { latencyPower, wattPower } = this.#task.goal;
    const { logLatency, logWatts } = this.#task.priors.get(key);
    return logLatency === null ? null : latencyPower * logLatency + wattPower * (logWatts ?? 0);
  }

  #place(key: string, point: Point, prior: number | null): Place {
    return { key, coordinates: this.#task.coordinates.coordinates(point), prior };
  }

  #observe(surrogate: Surrogate, prior: (key: string) => number | null, cost: (trial: GoodTrial) => number) {
    const good = new Map(this.#task.ledger.good.map((trial) => [trial.index, trial]));
    surrogate.learn(
      this.#task.ledger.trials.map((trial: Trial): Observation => {
        const known = good.get(trial.index);
        return {
          ...this.#place(trial.key, trial.point, prior(trial.key)),
          logCost: known === undefined ? null : cost(known),
        };
      }),
    );
  }

  /** Good trials, best first; `byLatency`: fastest first, else within the cap by objective and the rest behind. */
  #ranked(byLatency: boolean): GoodTrial[] {
    const cap = this.#task.ledger.capMs;
    const value = new Map<string, number>();
    for (const trial of this.#task.ledger.good) {
      const latency = Math.log(trial.latency.medianMs);
      const outside = trial.latency.medianMs > cap;
      value.set(trial.key, byLatency || outside ? latency : this.logObjective(trial));
    }
    const outside = (trial: GoodTrial) => (!byLatency && trial.latency.medianMs > cap ? 1 : 0);
    return this.#task.ledger.good.sort(
      (a, b) =>
        outside(a) - outside(b) || (value.get(a.key) ?? 0) - (value.get(b.key) ?? 0) || a.index - b.index,
    );
  }

  async #pool(elite: readonly Point[]): Promise<Candidate[]> {
    const { priors, space } = this.#task;
    const proposed = [...this.#candidates.propose(elite)];
    if (priors.speaks) {
      let asked = 0;
      for (const [key, point] of proposed) {
        if (asked >= newPriorsPerBatch) break;
        if (priors.knows(key)) continue;
        await priors.learn(key, space.configuration(point));
        asked++;
      }
    }
    const pool = proposed.filter(([key]) => priors.knows(key));
    const keys = new Set(pool.map(([key]) => key));
    this.#latency.retain(keys);
    this.#objective.retain(keys);
    return pool.map(([key, point]) => ({
      point,
      latency: this.#place(key, point, priors.get(key).logLatency),
      objective: this.#place(key, point, this.priorObjective(key)),
      validity: this.#validity.probability(key, point) ** 2,
    }));
  }

  /** Up to `count` configurations; fewer only if no more are left. Something must have worked before. */
  async propose(count: number, latencySlots: number): Promise<Proposal> {
    const { ledger, goal } = this.#task;
    this.#validity.learn(ledger.trials);
    const usesLatency = this.#isCapped;
    this.#observe(
      this.#objective,
      (key) => this.priorObjective(key),
      (trial) => this.logObjective(trial),
    );
    if (usesLatency) {
      this.#observe(
        this.#latency,
        (key) => this.#task.priors.get(key).logLatency,
        (trial) => Math.log(trial.latency.medianMs),
      );
    }
    const byObjective = this.#ranked(!usesLatency && goal.wattPower === 0);
    const byLatency = usesLatency ? this.#ranked(true) : byObjective;
    const elite =
      latencySlots >= count
        ? byLatency
        : latencySlots === 0
          ? byObjective
          : interleave(byObjective, byLatency);
    const pool = await this.#pool(elite.map(({ point }) => point));

    const bestObjective = this.#objective.compress(this.logObjective(byObjective[0] as GoodTrial));
    const bestLatency = Math.log((byLatency[0] as GoodTrial).latency.medianMs);
    const cap = Math.log(ledger.capMs);
    const chosen: Point[] = [];
    const taken = new Set<string>();
    let largest = 0;
    for (let slot = 0; slot < Math.min(count, pool.length); slot++) {
      const forLatency = usesLatency && slot < latencySlots;
      let best: Candidate | null = null;
      let bestWorth = Number.NEGATIVE_INFINITY;
      for (const candidate of pool) {
        if (taken.has(candidate.objective.key)) continue;
        let value: number;
        if (forLatency) {
          const belief = this.#latency.predict(candidate.latency);
          value = worth(belief, this.#latency.compress(bestLatency), candidate.validity);
          if (slot === 0)
            largest = Math.max(largest, expectedImprovement(belief, bestLatency) * candidate.validity);
        } else {
          const belief = this.#objective.predict(candidate.objective);
          const within = usesLatency
            ? probabilityBelow(this.#latency.predict(candidate.latency), this.#latency.compress(cap))
            : 1;
          value = worth(belief, bestObjective, candidate.validity * within);
          if (slot === 0 || slot === latencySlots) {
            largest = Math.max(
              largest,
              expectedImprovement(belief, bestObjective) * candidate.validity * within,
            );
          }
        }
        if (value > bestWorth) {
          bestWorth = value;
          best = candidate;
        }
      }
      if (best === null) break;
      chosen.push(best.point);
      taken.add(best.objective.key);
      this.#objective.believe(best.objective);
      if (usesLatency) this.#latency.believe(best.latency);
    }
    return { points: chosen, expectedImprovement: largest };
  }
}

/** Alternates between two rankings of the same trials, each trial once. */
function interleave(a: readonly GoodTrial[], b: readonly GoodTrial[]): GoodTrial[] {
  const seen = new Set<string>();
  const merged: GoodTrial[] = [];
  for (let i = 0; i < a.length; i++) {
    for (const trial of [a[i], b[i]]) {
      if (trial === undefined || seen.has(trial.key)) continue;
      seen.add(trial.key);
      merged.push(trial);
    }
  }
  return merged;
}
