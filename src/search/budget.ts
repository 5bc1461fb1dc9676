import type { Clock } from '../measure/index.ts';
import type { StopReason } from './types.ts';

/** Final energy measurements that time is kept for, and the most of the budget they may take. */
const reservedMeasurements = 4;
const largestReserve = 0.3;

/** Trials, seconds and the caller's patience. */
export class Budget {
  readonly #trials: number;
  readonly #seconds: number;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  readonly #startMs: number;
  #energySeconds = 0;
  #energies = 0;
  #reserveIsOpen = false;

  constructor(
    limits: { readonly trials: number; readonly seconds: number },
    clock: Clock,
    signal: AbortSignal | undefined,
  ) {
    this.#trials = limits.trials;
    this.#seconds = limits.seconds;
    this.#clock = clock;
    this.#signal = signal;
    this.#startMs = clock.nowMs();
  }

  get elapsedSeconds(): number {
    return (this.#clock.nowMs() - this.#startMs) / 1000;
  }

  get wasInterrupted(): boolean {
    return this.#signal?.aborted === true;
  }

  /** Seconds kept for the final energy measurements, from how long energy took so far. */
  get #reserve(): number {
    if (this.#reserveIsOpen || this.#energies === 0) return 0;
    const expected = (reservedMeasurements * this.#energySeconds) / this.#energies;
    return Math.min(expected, largestReserve * this.#seconds);
  }

  /** No time left, or interrupted. */
  get isOver(): boolean {
    return this.wasInterrupted || this.elapsedSeconds >= this.#seconds - this.#reserve;
  }

  /** Lets the final measurements use what was kept for them. */
  openReserve(): void {
    this.#reserveIsOpen = true;
  }

  /** Why no more trials are possible after `trials`, or null. */
  stop(trials: number): StopReason | null {
    if (this.wasInterrupted) return 'interrupted';
    if (trials >= this.#trials) return 'trials';
    return this.isOver ? 'seconds' : null;
  }

  /** Runs an energy measurement and remembers how long such take. */
  async timeEnergy<T>(measure: () => Promise<T>): Promise<T> {
    const startMs = this.#clock.nowMs();
    const result = await measure();
    this.#energySeconds += (this.#clock.nowMs() - startMs) / 1000;
    this.#energies++;
    return result;
  }
}
