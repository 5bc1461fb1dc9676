/**
 * The device's loss, for which every request waits beside its own work. Nothing stays behind of one that has ended: a race
 * with a promise that never settles would keep all results it ever had.
 */
export class Loss {
  readonly #waiting = new Set<(reason: string) => void>();
  #reason: string | null = null;

  /** @param lost resolves with Dawn's reason when the device is gone */
  constructor(lost: Promise<string>) {
    void lost.then((reason) => {
      this.#reason = reason;
      for (const tell of this.#waiting) tell(reason);
    });
  }

  /** What `work` comes to, or `answer` to the reason of a loss that was before it or comes first. */
  race<T>(work: Promise<T>, answer: (reason: string) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const tell = (reason: string) => resolve(answer(reason));
      if (this.#reason !== null) tell(this.#reason);
      this.#waiting.add(tell);
      work.then(resolve, reject).finally(() => this.#waiting.delete(tell));
    });
  }
}
