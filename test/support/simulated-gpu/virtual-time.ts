import type { MeterTime } from '../../../src/meter/index.ts';

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** No chain of promises between two sleeps of the code under test is longer than this. */
const longestChain = 64;

/**
 * A clock that moves when something waits on it. While a stretch is played (`playTo`) sleepers wake at their moments; at
 * any other time the next sleeper is woken once everything else has come to rest.
 */
export class VirtualTime implements MeterTime {
  #nowMs: number;
  readonly #sleepers: Sleeper[] = [];
  #playing = false;
  #idling = false;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs = (): number => this.#nowMs;

  sleep = (milliseconds: number): Promise<void> =>
    new Promise((wake) => {
      this.#sleepers.push({ dueMs: this.#nowMs + milliseconds, wake });
      void this.#idle();
    });

  /** Lets time run to `endMs`; whoever sleeps meanwhile wakes, and is waited for until it sleeps again. */
  async playTo(endMs: number): Promise<void> {
    this.#playing = true;
    let awake = 1;
    for (;;) {
      await this.#settle(() => this.#sleepers.length >= awake && awake > 0);
      const next = this.#next();
      if (next === null || next.dueMs > endMs) break;
      awake = this.#sleepers.length;
      this.#wake(next);
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
    this.#playing = false;
    if (this.#sleepers.length > 0) void this.#idle();
  }

  async #idle(): Promise<void> {
    if (this.#idling || this.#playing) return;
    this.#idling = true;
    await this.#settle(() => this.#playing);
    this.#idling = false;
    const next = this.#next();
    if (!this.#playing && next !== null) this.#wake(next);
  }

  #next(): Sleeper | null {
    let earliest: Sleeper | null = null;
    for (const sleeper of this.#sleepers) {
      if (earliest === null || sleeper.dueMs < earliest.dueMs) earliest = sleeper;
    }
    return earliest;
  }

  #wake(sleeper: Sleeper): void {
    this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
    this.#nowMs = Math.max(this.#nowMs, sleeper.dueMs);
    sleeper.wake();
  }

  async #settle(done: () => boolean): Promise<void> {
    for (let i = 0; i < longestChain && !done(); i++) await null;
  }
}
