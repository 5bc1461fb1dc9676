import { latencySlackOf, type Objective, objectives } from '../manifest/index.ts';
import type { Point, Space } from '../space/index.ts';
import type { Random } from '../stats/index.ts';
import { type Prospect, probabilityBelow, worth } from './acquisition.ts';
import { Candidates } from './candidates.ts';
import type { Coordinates } from './coordinates.ts';
import { FarSight } from './far-sight.ts';
import { interleave } from './interleave.ts';
import type { GoodTrial, Ledger, Trial } from './ledger.ts';
import type { SearchMethods, SurrogateModel } from './methods.ts';
import type { PowerModel } from './power-model.ts';
import type { Forecast, PriorBeliefs } from './prior-beliefs.ts';
import type { Belief, Observation, Place } from './surrogate.ts';
import { Validity } from './validity.ts';

/** New candidates per batch that the cost model may be asked about: each needs its variant to be built. */
const newPriorsPerBatch = 64;

interface Candidate {
  readonly point: Point;
  readonly latency: Place;
  readonly objective: Place;
  readonly validity: number;
}

/** What a candidate promises for one of the things that are looked for. */
type Aim = (candidate: Candidate) => Prospect;

/** A batch to try next. */
export interface Proposal {
  readonly points: readonly Point[];
  /** Largest expected improvement of any of them, in logarithms. */
  readonly expectedImprovement: number;
}

export interface ProposerTask {
  readonly space: Space;
  readonly objective: Objective;
  readonly ledger: Ledger;
  readonly coordinates: Coordinates;
  readonly priors: PriorBeliefs;
  readonly power: PowerModel;
  readonly random: Random;
  readonly seed: number;
  readonly methods: SearchMethods;
}

/** Proposes the configurations that are worth most to try. */
export class Proposer {
  readonly #task: ProposerTask;
  readonly #candidates: Candidates;
  readonly #farSight = new FarSight();
  readonly #validity: Validity;
  readonly #latency: SurrogateModel;
  readonly #objective: SurrogateModel;

  constructor(task: ProposerTask) {
    this.#task = task;
    const { dimensions } = task.coordinates;
    this.#candidates = new Candidates(
      task.space,
      task.ledger,
      task.random.fork('offspring'),
      task.methods.genetic,
    );
    this.#validity = new Validity(task.coordinates, task.seed);
    this.#latency = task.methods.surrogate(dimensions, task.random.fork('latency'));
    this.#objective = task.methods.surrogate(dimensions, task.random.fork('objective'));
  }

  get #isCapped(): boolean {
    return latencySlackOf(this.#task.objective) !== Number.POSITIVE_INFINITY;
  }

  /** Log objective of a trial: measured latency and measured, else predicted, power. */
  logObjective(trial: GoodTrial): number {
    const { energy, latency } = objectives[this.#task.objective.minimize];
    const logWatts = energy === 0 ? 0 : this.#task.power.logWatts(trial);
    // Energy is latency times mean power: one model of latency and one of power give every objective.
    return (energy + latency) * Math.log(trial.latency.medianMs) + energy * logWatts;
  }

  /** Standard deviation of a trial's log objective: that of its power, unless that was measured or does not count. */
  uncertainty(trial: GoodTrial): number {
    const { energy } = objectives[this.#task.objective.minimize];
    return energy === 0 || trial.energy !== null ? 0 : energy * this.#task.power.predict(trial).deviation;
  }

  /** Log objective that the cost model predicts; null without one. */
  priorObjective(key: string): number | null {
    const { energy, latency } = objectives[this.#task.objective.minimize];
    const { logLatency, logWatts } = this.#task.priors.get(key);
    return logLatency === null ? null : (energy + latency) * logLatency + energy * (logWatts ?? 0);
  }

  #place(key: string, point: Point, prior: number | null): Place {
    return { key, coordinates: this.#task.coordinates.coordinates(point), prior };
  }

  #observe(
    surrogate: SurrogateModel,
    prior: (key: string) => number | null,
    cost: (trial: GoodTrial) => Belief,
  ) {
    const good = new Map(this.#task.ledger.good.map((trial) => [trial.index, trial]));
    surrogate.learn(
      this.#task.ledger.trials.map((trial: Trial): Observation => {
        const known = good.get(trial.index);
        const place = this.#place(trial.key, trial.point, prior(trial.key));
        if (known === undefined) return { ...place, logCost: null };
        const { mean, deviation } = cost(known);
        return { ...place, logCost: mean, deviation };
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

  /** Those of `points` that the cost model, if there is one, was asked about: some of them now. */
  async #withPriors(points: ReadonlyMap<string, Point>): Promise<(readonly [string, Point])[]> {
    const { priors, space } = this.#task;
    if (priors.speaks) {
      const asked = [...points].filter(([key]) => !priors.knows(key)).slice(0, newPriorsPerBatch);
      await priors.learnAll(asked.map(([key, point]) => [key, space.configuration(point)]));
    }
    return [...points].filter(([key]) => priors.knows(key));
  }

  /** Candidates near the best and, where little is left to find there, from the whole space. */
  async #pools(elite: readonly Point[]): Promise<{ readonly near: Candidate[]; readonly far: Candidate[] }> {
    const { ledger, priors } = this.#task;
    const sight = this.#farSight;
    const proposed = this.#candidates.propose(elite);
    const elsewhere = sight.isWanted
      ? new Map(this.#candidates.elsewhere(sight.promising, sight.portion(ledger.size)))
      : new Map<string, Point>();
    for (const key of proposed.keys()) elsewhere.delete(key);
    const [near, far] = [await this.#withPriors(proposed), await this.#withPriors(elsewhere)];
    const keys = new Set([...near, ...far].map(([key]) => key));
    this.#latency.retain(keys);
    this.#objective.retain(keys);
    this.#validity.retain(keys);
    priors.retain((key) => keys.has(key) || ledger.hasKey(key));
    const candidate = ([key, point]: readonly [string, Point]): Candidate => ({
      point,
      latency: this.#place(key, point, priors.get(key).logLatency),
      objective: this.#place(key, point, this.priorObjective(key)),
      validity: this.#validity.probability(key, point) ** 2,
    });
    return { near: near.map(candidate), far: far.map(candidate) };
  }

  /** Lets the cost model's forecasts be weighed. */
  #weighPriors(): void {
    const { ledger, priors } = this.#task;
    if (!priors.speaks) return;
    const forecasts = (
      predict: (key: string) => number | null,
      measure: (trial: GoodTrial) => number,
    ): Forecast[] =>
      [...ledger.good].flatMap((trial) => {
        const predicted = predict(trial.key);
        return predicted === null ? [] : [{ predicted, measured: measure(trial) }];
      });
    const latency = () =>
      forecasts(
        (key) => priors.get(key).logLatency,
        (trial) => Math.log(trial.latency.medianMs),
      );
    const objective = forecasts(
      (key) => this.priorObjective(key),
      (trial) => this.logObjective(trial),
    );
    priors.weigh(this.#isCapped ? [objective, latency()] : [objective]);
  }

  #learn(): void {
    const { ledger, priors } = this.#task;
    this.#weighPriors();
    this.#validity.learn(ledger.trials);
    this.#observe(
      this.#objective,
      (key) => this.priorObjective(key),
      (trial) => ({ mean: this.logObjective(trial), deviation: this.uncertainty(trial) }),
    );
    if (!this.#isCapped) return;
    this.#observe(
      this.#latency,
      (key) => priors.get(key).logLatency,
      (trial) => ({ mean: Math.log(trial.latency.medianMs), deviation: 0 }),
    );
  }

  /** Looks for the fastest. */
  #latencyAim(best: GoodTrial): Aim {
    const logBest = this.#latency.compress(Math.log(best.latency.medianMs));
    return (candidate) => ({
      belief: this.#latency.predict(candidate.latency),
      best: logBest,
      probability: candidate.validity,
    });
  }

  /** Looks for the lowest objective within the latency cap. */
  #objectiveAim(best: GoodTrial): Aim {
    const logBest = this.#objective.compress(this.logObjective(best));
    const logCap = this.#latency.compress(Math.log(this.#task.ledger.capMs));
    const within = (candidate: Candidate) =>
      this.#isCapped ? probabilityBelow(this.#latency.predict(candidate.latency), logCap) : 1;
    return (candidate) => ({
      belief: this.#objective.predict(candidate.objective),
      best: logBest,
      probability: candidate.validity * within(candidate),
    });
  }

  /**
   * Up to `count` configurations, the first `latencySlots` of them in search of the fastest; fewer only if no more are
   * left. While little is expected of what is near the best, the last one is from anywhere. Something must have worked before.
   */
  async propose(count: number, latencySlots: number): Promise<Proposal> {
    this.#learn();
    const byObjective = this.#ranked(false);
    const byLatency = this.#ranked(true);
    const elite =
      latencySlots === 0
        ? byObjective
        : latencySlots === count
          ? byLatency
          : interleave(byObjective, byLatency);
    const { near, far } = await this.#pools(elite.map(({ point }) => point));
    const latencyAim = this.#latencyAim(byLatency[0] as GoodTrial);
    const objectiveAim = this.#objectiveAim(byObjective[0] as GoodTrial);

    const aimOf = (slot: number) => (slot < latencySlots ? latencyAim : objectiveAim);
    this.#farSight.keep(far, (candidate) => worth(aimOf(count - 1)(candidate)));

    const points: Point[] = [];
    let [nearby, largest] = [0, 0];
    for (let slot = 0; slot < count; slot++) {
      const pool = slot === count - 1 && far.length > 0 ? far : near;
      const choice = choose(pool, aimOf(slot));
      if (choice === null) break;
      largest = Math.max(largest, choice.improvement);
      if (pool === near) nearby = Math.max(nearby, choice.improvement);
      points.push(choice.candidate.point);
      pool.splice(pool.indexOf(choice.candidate), 1);
      this.#objective.believe(choice.candidate.objective);
      if (this.#isCapped) this.#latency.believe(choice.candidate.latency);
    }
    this.#farSight.see(nearby);
    return { points, expectedImprovement: largest };
  }
}

/** The candidate that is worth most, with the improvement expected of it. */
function choose(pool: readonly Candidate[], aim: Aim) {
  let best: Candidate | null = null;
  let improvement = 0;
  let bestWorth = Number.NEGATIVE_INFINITY;
  for (const candidate of pool) {
    const prospect = aim(candidate);
    const value = worth(prospect);
    if (value > bestWorth) {
      best = candidate;
      bestWorth = value;
      improvement = Math.max(0, value);
    }
  }
  return best === null ? null : { candidate: best, improvement };
}
