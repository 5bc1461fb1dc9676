import {
  latencySlackOf,
  measurableObjective,
  needsEnergy,
  type Objective,
  objectiveValue,
} from '../manifest/index.ts';
import type { Point } from '../space/index.ts';
import { createRandom, type Random } from '../stats/index.ts';
import { Budget } from './budget.ts';
import { Convergence } from './convergence.ts';
import { coordinatesOf } from './coordinates.ts';
import { EnergyStep } from './energy-step.ts';
import { type GoodTrial, Ledger } from './ledger.ts';
import { standardMethods } from './methods.ts';
import { OtherDeviceAxis } from './other-device.ts';
import { PowerModel } from './power-model.ts';
import { PriorBeliefs } from './prior-beliefs.ts';
import { Proposer } from './proposer.ts';
import { startPoints, startTrials } from './start-points.ts';
import type { SearchResult, SearchTask, StopReason } from './types.ts';

const batchSize = 4;

/** Trials that may be compiled ahead: all of a batch. A device that compiles ahead keeps as many. */
const expectedAhead = batchSize;

/** Models need a few that worked; after a bad start there is more of it. */
const leastGood = 4;

/** Configurations handed on for a side-by-side comparison. */
const finalistCount = 6;

/** Part of the trials spent on finding the fastest, where the latency cap depends on it. */
const latencyFirst = 0.5;

class SearchRun {
  readonly #task: SearchTask;
  readonly #objective: Objective;
  readonly #ledger: Ledger;
  readonly #budget: Budget;
  readonly #convergence: Convergence;
  readonly #priors: PriorBeliefs;
  readonly #power: PowerModel;
  readonly #proposer: Proposer;
  readonly #energy: EnergyStep;
  readonly #other: OtherDeviceAxis | null;
  readonly #random: Random;
  #round = 0;

  constructor(task: SearchTask) {
    const { space, trials } = task;
    const random = createRandom(task.seed);
    const own = coordinatesOf(space);
    const methods = { ...standardMethods, ...task.methods };
    this.#task = task;
    this.#random = random.fork('start');
    this.#objective = measurableObjective(task.objective, trials.measuresEnergy);
    this.#ledger = new Ledger(space, this.#objective);
    this.#other = OtherDeviceAxis.of(task.otherDevice, {
      ...{ space, coordinates: own, seed: task.seed },
      keyOf: (point) => this.#ledger.keyOf(point),
    });
    const coordinates = this.#other?.extended() ?? own;
    this.#budget = new Budget(task.budget, task.clock, task.signal);
    this.#convergence = new Convergence(task.patience ?? null);
    this.#priors = new PriorBeliefs(task.costModel, trials);
    this.#power = new PowerModel(coordinates, this.#priors, random.fork('power'));
    this.#proposer = new Proposer({
      space,
      objective: this.#objective,
      ledger: this.#ledger,
      coordinates,
      priors: this.#priors,
      power: this.#power,
      random: random.fork('proposer'),
      seed: task.seed,
      methods,
    });
    this.#energy = new EnergyStep({
      ledger: this.#ledger,
      power: this.#power,
      fixedShare: methods.energyShare,
      logObjective: (trial) => this.#proposer.logObjective(trial),
      uncertainty: (trial) => this.#proposer.uncertainty(trial),
      measure: (trial) => this.#measureEnergy(trial),
    });
  }

  /** Why to stop now, or null. */
  #stop(): StopReason | null {
    return this.#budget.stop(this.#ledger.size);
  }

  /** Tries points in order until the budget ends. */
  async #tryAll(points: readonly Point[]): Promise<void> {
    const expected = new Set<Point>();
    for (const [at, point] of points.entries()) {
      if (this.#stop() !== null) return;
      if (this.#ledger.has(point)) continue;
      const configuration = this.#task.space.configuration(point);
      await this.#priors.learn(this.#ledger.keyOf(point), configuration);
      const soon = points.slice(at + 1).filter((other) => !this.#ledger.has(other));
      for (const next of soon.slice(0, expectedAhead)) {
        if (!expected.has(next)) this.#task.trials.expect?.(this.#task.space.configuration(next));
        expected.add(next);
      }
      const outcome = await this.#task.trials.latency(configuration);
      // What an interruption broke off says nothing about the configuration.
      if (!outcome.ok && this.#budget.wasInterrupted) return;
      this.#ledger.record(
        point,
        outcome.ok
          ? { latency: outcome.value, energy: null, failure: null }
          : { latency: null, energy: null, failure: outcome.failure },
      );
    }
  }

  /** Joules at which a trial would be as good as the best one so far; none is known at first. */
  #rivalOf({ latency }: GoodTrial): { readonly rivalJoules: number } | undefined {
    const best = this.#ledger.bestObjective();
    const { minimize } = this.#objective;
    const ofOneJoule = objectiveValue(minimize, { joules: 1, latencyMs: latency.medianMs });
    return best === null || ofOneJoule === null ? undefined : { rivalJoules: best / ofOneJoule };
  }

  async #measureEnergy(trial: GoodTrial): Promise<boolean> {
    if (this.#budget.isOver) return false;
    const outcome = await this.#budget.timeEnergy(() =>
      this.#task.trials.energy(trial.configuration, this.#rivalOf(trial)),
    );
    if (outcome.ok) this.#ledger.recordEnergy(trial, outcome.value, null);
    else if (!this.#budget.wasInterrupted) this.#ledger.recordEnergy(trial, null, outcome.failure);
    return !this.#budget.isOver;
  }

  /** Takes over what an interrupted search measured, as far as it lies in this space. */
  async #recall(): Promise<void> {
    for (const known of this.#task.known ?? []) {
      const point = this.#task.space.point(known.configuration);
      if (point === null || !this.#task.space.isValid(point) || this.#ledger.has(point)) continue;
      if (known.latency === null && known.failure === null) continue;
      await this.#priors.learn(this.#ledger.keyOf(point), known.configuration);
      this.#ledger.record(point, known);
    }
    this.#other?.weigh(this.#ledger.good);
    this.#power.learn(this.#ledger.good);
  }

  async #start(): Promise<void> {
    const { space, start } = this.#task;
    const given = start
      .map((configuration) => space.point(configuration))
      .filter((point): point is Point => point !== null && space.isValid(point));
    await this.#tryAll([...given, ...(this.#other?.start ?? [])]);
    while (this.#stop() === null) {
      const missing = Math.max(startTrials - this.#ledger.size, leastGood - this.#ledger.good.length);
      if (missing <= 0) return;
      const points = await startPoints({
        space,
        random: this.#random,
        count: missing,
        chosen: this.#ledger.trials.map(({ point }) => point),
        priors: this.#priors,
        priorObjective: (key) => this.#proposer.priorObjective(key),
        keyOf: (point) => this.#ledger.keyOf(point),
      });
      if (points.length === 0) return;
      await this.#tryAll(points);
    }
  }

  /** Slots of a batch that look for the fastest configuration rather than the best one. */
  #latencySlots(): number {
    if (latencySlackOf(this.#objective) === Number.POSITIVE_INFINITY) return 0;
    return this.#ledger.size < latencyFirst * this.#task.budget.trials ? batchSize : batchSize / 2;
  }

  async #endRound(): Promise<void> {
    this.#convergence.observe(this.#ledger);
    this.#round++;
    await this.#task.onRound?.({
      round: this.#round,
      trials: this.#ledger.size,
      energyMeasurements: this.#ledger.energyMeasurements,
      failures: this.#ledger.failures,
      best: this.#ledger.best(),
      bestObjective: this.#ledger.bestObjective(),
      elapsedSeconds: this.#budget.elapsedSeconds,
      measurements: this.#ledger.measurements,
    });
  }

  async #search(): Promise<StopReason> {
    await this.#recall();
    await this.#start();
    this.#other?.weigh(this.#ledger.good);
    await this.#energyStep();
    await this.#endRound();
    for (;;) {
      const stop = this.#stop();
      if (stop !== null) return stop;
      if (this.#ledger.good.length === 0) return 'exhausted';
      this.#other?.weigh(this.#ledger.good);
      const count = Math.min(batchSize, this.#task.budget.trials - this.#ledger.size);
      const proposal = await this.#proposer.propose(count, Math.min(count, this.#latencySlots()));
      if (proposal.points.length === 0) return 'exhausted';
      if (this.#convergence.reached(this.#ledger, proposal.expectedImprovement)) return 'converged';
      await this.#tryAll(proposal.points);
      if (this.#energy.isDue) await this.#energyStep();
      await this.#endRound();
    }
  }

  async #energyStep(): Promise<void> {
    if (needsEnergy(this.#objective.minimize) && this.#ledger.good.length > 0) await this.#energy.run();
  }

  async run(): Promise<SearchResult> {
    const stopped = await this.#search();
    if (needsEnergy(this.#objective.minimize) && stopped !== 'interrupted') {
      this.#budget.openReserve();
      await this.#energy.finish();
      await this.#endRound();
    }
    const ledger = this.#ledger;
    return {
      best: ledger.best(),
      bestObjective: ledger.bestObjective(),
      fastest: ledger.fastest(),
      finalists: ledger.finalists(finalistCount),
      measurements: ledger.measurements,
      energyMeasurements: ledger.energyMeasurements,
      convergence: ledger.convergence,
      pareto: ledger.pareto(),
      stopped: this.#budget.wasInterrupted ? 'interrupted' : stopped,
    };
  }
}

/**
 * Searches a space for the configuration of lowest energy (latency, energy-delay product): two models propose, the
 * device decides. See README.md of this folder for the method. The same task, seed and answers of the device give the
 * same trials in the same order. A variant that fails costs a trial and is never chosen; only what `trials` throws ends
 * the search.
 */
export function runSearch(task: SearchTask): Promise<SearchResult> {
  return new SearchRun(task).run();
}
