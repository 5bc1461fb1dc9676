import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects this process's garbage, with what finalisers let go of. */
export async function collectGarbage(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    // An object that was looked at is held until the present job ends.
    await new Promise((resolve) => setTimeout(resolve));
    collect();
  }
}

/** Counts how many of some objects are still held by anybody. */
export class WatchedObjects {
  readonly #all: WeakRef<object>[] = [];

  add(object: object): void {
    this.#all.push(new WeakRef(object));
  }

  /** Collects garbage first. */
  async held(): Promise<number> {
    await collectGarbage();
    return this.#all.filter((one) => one.deref() !== undefined).length;
  }
}
