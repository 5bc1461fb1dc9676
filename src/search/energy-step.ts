import type { Random } from '../stats/index.ts';
import { EnergyShare, type Forecast } from './energy-share.ts';
import type { GoodTrial, Ledger } from './ledger.ts';
import type { PowerModel } from './power-model.ts';

/** Trials between two steps: of this many, a share has its energy measured. */
const trialsPerStep = 8;

/** Every so many steps one energy is measured at random: an error sample that no ranking chose. */
const stepsPerHonestSample = 2;

/** Standard deviations of predicted power that a trial is given credit for: what is uncertain may be better than it looks. */
const optimism = 0.5;

/** Configurations within the cap whose energy should be known at the end. */
const leastChoice = 3;

export interface EnergyStepTask {
  readonly ledger: Ledger;
  readonly power: PowerModel;
  readonly random: Random;
  /** Share of the trials whose energy is measured, whatever the models say; null: the dynamic rule. */
  readonly fixedShare: number | null;
  /** Log objective of a trial: measured latency, power as predicted where it is not measured. */
  readonly logObjective: (trial: GoodTrial) => number;
  /** Measures the energy of a trial and records it; false if the budget allows no more. */
  readonly measure: (trial: GoodTrial) => Promise<boolean>;
}

/** Decides whose energy is measured. */
export class EnergyStep {
  readonly #task: EnergyStepTask;
  readonly #share = new EnergyShare();
  #tried = 0;
  #steps = 0;

  constructor(task: EnergyStepTask) {
    this.#task = task;
  }

  /** Whether enough was tried since the last step. */
  get isDue(): boolean {
    return this.#task.ledger.size - this.#tried >= trialsPerStep;
  }

  /** Unmeasured trials within the cap, lowest first by an optimistic prediction of the objective. */
  #eligible(): GoodTrial[] {
    const { ledger, power, logObjective } = this.#task;
    const cap = ledger.capMs;
    return ledger.good
      .filter((trial) => trial.energy === null && trial.latency.medianMs <= cap)
      .map((trial) => ({ trial, objective: logObjective(trial) - optimism * power.predict(trial).deviation }))
      .sort((a, b) => a.objective - b.objective || a.trial.index - b.trial.index)
      .map(({ trial }) => trial);
  }

  #bestMeasured(): number {
    const best = this.#task.ledger.ranked()[0];
    return best === undefined ? Number.POSITIVE_INFINITY : this.#task.logObjective(best.trial);
  }

  /** Measures the chosen ones, judges the forecasts made for them, then lets the power model learn. */
  async #measure(trials: readonly GoodTrial[]): Promise<boolean> {
    const { ledger, power, logObjective, measure } = this.#task;
    const forecasts: Forecast[] = [];
    const unforeseen: number[] = [];
    let goesOn = true;
    for (const trial of trials) {
      const predicted = power.canPredict(trial) ? logObjective(trial) : null;
      goesOn = await measure(trial);
      const now = ledger.trials[trial.index] as GoodTrial;
      if (now.energy !== null && now.failure === null) {
        const measured = logObjective(now);
        if (predicted === null) unforeseen.push(measured);
        else forecasts.push({ predicted, measured });
      }
      if (!goesOn) break;
    }
    this.#share.see(unforeseen);
    this.#share.judge(forecasts);
    power.learn(ledger.good);
    return goesOn;
  }

  /**
   * One round: the top of those within the slack by measured latency times predicted power, as many as the share says;
   * at times one more at random among the newly tried.
   */
  async run(): Promise<void> {
    const { ledger, random, fixedShare } = this.#task;
    const first = this.#tried;
    this.#tried = ledger.size;
    const eligible = this.#eligible();
    if (fixedShare !== null) {
      const tried = ledger.size - first;
      await this.#measure(eligible.slice(0, Math.round(fixedShare * tried)));
      return;
    }
    const top = eligible.slice(0, Math.round(this.#share.share * trialsPerStep));
    const rest = ledger.good.filter(
      (trial) => trial.energy === null && trial.index >= first && !top.includes(trial),
    );
    const isHonest = this.#steps++ % stepsPerHonestSample === 0 && rest.length > 0;
    await this.#measure(isHonest ? [...top, rest[random.integer(rest.length)] as GoodTrial] : top);
  }

  /**
   * Before the end: measures whoever could still be the best, until none could or `limit` are measured. A few are
   * measured in any case, so that there is something to choose from.
   */
  async finish(limit: number): Promise<void> {
    if (this.#task.fixedShare !== null) await this.run();
    for (let i = 0; i < limit; i++) {
      const next = this.#eligible()[0];
      if (next === undefined) return;
      const reach = this.#bestMeasured() + this.#share.error;
      const hasChoice = this.#task.ledger.ranked().length >= leastChoice;
      if (hasChoice && this.#task.logObjective(next) > reach) return;
      if (!(await this.#measure([next]))) return;
    }
  }
}
