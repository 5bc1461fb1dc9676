import { expectedImprovement } from './acquisition.ts';
import type { GoodTrial, Ledger } from './ledger.ts';
import type { PowerModel } from './power-model.ts';

/** Trials between two steps. */
const trialsPerStep = 8;

/** Energies that are measured before any forecast counts: of the fastest and of middling trials in turn. */
const firstEnergies = 6;

/** Attempts of one step after which it ends if no energy was ever measured: one that fails takes its trial with it. */
const attemptsInVain = 3;

/** Expected improvements, in logarithms, that are worth an energy: on the way, and before the end. */
const worthwhile = 7e-4;
const worthwhileAtEnd = 3e-4;

/** Energies of one step at most, and before the end. */
const mostPerStep = 8;
const mostAtEnd = 16;

export interface EnergyStepTask {
  readonly ledger: Ledger;
  readonly power: PowerModel;
  /** Share of the trials whose energy is measured, whatever the models say; null: the dynamic rule. */
  readonly fixedShare: number | null;
  /** Log objective of a trial: measured latency, power as predicted where it is not measured. */
  readonly logObjective: (trial: GoodTrial) => number;
  /** Standard deviation of that; 0 where the energy is measured. */
  readonly uncertainty: (trial: GoodTrial) => number;
  /** Measures the energy of a trial and records it; false if the budget allows no more. */
  readonly measure: (trial: GoodTrial) => Promise<boolean>;
}

interface Choice {
  readonly trial: GoodTrial;
  /** Expected improvement on the best measured one, in logarithms; Infinity where there is none to improve on. */
  readonly improvement: number;
}

/** Decides whose energy is measured. */
export class EnergyStep {
  readonly #task: EnergyStepTask;
  #tried = 0;

  constructor(task: EnergyStepTask) {
    this.#task = task;
  }

  /** Whether enough was tried since the last step. */
  get isDue(): boolean {
    return this.#task.ledger.size - this.#tried >= trialsPerStep;
  }

  /** Trials within the cap whose energy is not known. */
  #open(): GoodTrial[] {
    const { ledger } = this.#task;
    const cap = ledger.capMs;
    return ledger.good.filter((trial) => trial.energy === null && trial.latency.medianMs <= cap);
  }

  /** Measures one and lets the power model learn from it. */
  async #measure(trial: GoodTrial): Promise<boolean> {
    const { ledger, power, measure } = this.#task;
    const goesOn = await measure(trial);
    const now = ledger.trials[trial.index] as GoodTrial;
    if (now.energy !== null && now.failure === null) power.judge(trial, now);
    power.learn(ledger.good);
    return goesOn;
  }

  /** The fastest and the middling in turn: power is to be learnt over all latencies. */
  #first(open: readonly GoodTrial[]): GoodTrial | undefined {
    const byLatency = [...open].sort((a, b) => a.latency.medianMs - b.latency.medianMs || a.index - b.index);
    return byLatency[this.#task.ledger.energyMeasurements % 2 === 0 ? 0 : byLatency.length >> 1];
  }

  /** The fastest of all, unless its energy is known: of what is faster than all it learnt from, the power model knows least. */
  #unmeasuredFastest(open: readonly GoodTrial[]): GoodTrial | null {
    const fastest = this.#task.ledger.fastestTrial;
    return open.find((trial) => trial.index === fastest?.index) ?? null;
  }

  /** The trial whose energy is expected to improve most on the best one's; before all others the fastest. */
  #choose(): Choice | null {
    const { ledger, logObjective, uncertainty } = this.#task;
    const open = this.#open();
    const best = ledger.ranked()[0]?.trial;
    if (best === undefined || ledger.energyMeasurements < firstEnergies) {
      const trial = this.#first(open);
      return trial === undefined ? null : { trial, improvement: Number.POSITIVE_INFINITY };
    }
    const fastest = this.#unmeasuredFastest(open);
    if (fastest !== null) return { trial: fastest, improvement: Number.POSITIVE_INFINITY };
    const logBest = logObjective(best);
    let choice: Choice | null = null;
    for (const trial of open) {
      const belief = { mean: logObjective(trial), deviation: uncertainty(trial) };
      const improvement = expectedImprovement(belief, logBest);
      if (choice === null || improvement > choice.improvement) choice = { trial, improvement };
    }
    return choice;
  }

  /** Measures the most promising, one by one with what the last one taught, while that is expected to improve enough. */
  async #measureWhile(enough: number, most: number): Promise<void> {
    for (let measured = 0; measured < most; measured++) {
      if (measured >= attemptsInVain && this.#task.ledger.energyMeasurements === 0) return;
      const choice = this.#choose();
      if (choice === null || choice.improvement < enough) return;
      if (!(await this.#measure(choice.trial))) return;
    }
  }

  /** A fixed share of what was tried since the last step, the most promising first. */
  async #measureShare(share: number, tried: number): Promise<void> {
    for (let measured = 0; measured < Math.round(share * tried); measured++) {
      const choice = this.#choose();
      if (choice === null || !(await this.#measure(choice.trial))) return;
    }
  }

  /** One round. */
  async run(): Promise<void> {
    const { ledger, fixedShare } = this.#task;
    const tried = ledger.size - this.#tried;
    this.#tried = ledger.size;
    if (fixedShare === null) await this.#measureWhile(worthwhile, mostPerStep);
    else await this.#measureShare(fixedShare, tried);
  }

  /** Before the end: measures whoever could still be the best. */
  async finish(): Promise<void> {
    if (this.#task.fixedShare === null) await this.#measureWhile(worthwhileAtEnd, mostAtEnd);
    else await this.run();
  }
}
