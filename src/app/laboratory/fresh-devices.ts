import type { Device } from '../../measure/index.ts';

/** Processes that nothing was measured in yet, opened when they are asked for or before. */
export class FreshDevices {
  readonly #open: () => Promise<Device>;
  readonly #ahead: Promise<Device>[] = [];
  #closed = false;

  constructor(open: () => Promise<Device>) {
    this.#open = open;
  }

  /** One that was opened ahead, if there is one. @throws what opening it threw */
  take(): Promise<Device> {
    return this.#ahead.shift() ?? this.#open();
  }

  /** Opens as many ahead as are missing to `count`. Resolves when all are open, or have failed: `take` says which. */
  async openAhead(count: number): Promise<void> {
    while (!this.#closed && this.#ahead.length < count) this.#ahead.push(this.#open());
    await Promise.allSettled(this.#ahead);
  }

  /** Closes those that nobody took. */
  async close(): Promise<void> {
    this.#closed = true;
    const left = await Promise.allSettled(this.#ahead.splice(0));
    await Promise.all(left.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)));
  }
}
