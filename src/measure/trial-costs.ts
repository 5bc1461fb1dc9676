import type { Clock } from './ports.ts';

/**
 * What trials spend time on. `compile`: building and preparing, as far as that was waited for. `check`: comparing with the
 * reference, which may have to compile for it. `latency`: timing. `energy`: launches under the meter. `waiting`: for the meter
 * before, between and after them.
 */
export const trialParts = ['compile', 'check', 'latency', 'energy', 'waiting'] as const;
export type TrialPart = (typeof trialParts)[number];

/** Time spent on trials, for reports. */
export interface TrialCosts {
  readonly latencyTrials: number;
  readonly energyTrials: number;
  readonly spentMs: Readonly<Record<TrialPart, number>>;
}

/** Adds up what trials take. One thing is done at a time; what is done within another counts for itself alone. */
export class CostCount {
  readonly #clock: Clock;
  readonly #spentMs: Record<TrialPart, number> = { compile: 0, check: 0, latency: 0, energy: 0, waiting: 0 };
  #totalMs = 0;
  latencyTrials = 0;
  energyTrials = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async during<T>(part: TrialPart, work: () => Promise<T>): Promise<T> {
    const startMs = this.#clock.nowMs();
    const beforeMs = this.#totalMs;
    try {
      return await work();
    } finally {
      const ownMs = this.#clock.nowMs() - startMs - (this.#totalMs - beforeMs);
      this.#spentMs[part] += ownMs;
      this.#totalMs += ownMs;
    }
  }

  get costs(): TrialCosts {
    const { latencyTrials, energyTrials } = this;
    return { latencyTrials, energyTrials, spentMs: { ...this.#spentMs } };
  }
}
