import type { FnElem, WgslModule } from '../wesl.ts';
import type { Dependencies, Part } from './dependencies.ts';
import type { Unit } from './structure.ts';

/** Parts that are kept at most. */
const maxParts = 100_000;

/** Parts of code that several structures of a program have in common: those whose conditions are all the same. */
export class SharedParts {
  readonly #dependencies: Dependencies;
  readonly #conditionsOf = new Map<object, readonly string[]>();
  #units = new Map<object, Map<string, Unit>>();
  #size = 0;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** @param part the owner names the part, the rest says what it depends on. */
  find(
    part: {
      readonly owner: object;
      readonly parts: readonly Part[];
      readonly fn: FnElem | null;
      readonly module: WgslModule;
    },
    make: () => Unit,
  ): Unit {
    const { owner, parts, fn, module } = part;
    let conditions = this.#conditionsOf.get(owner);
    if (!conditions) {
      conditions = this.#dependencies.of(parts, fn);
      this.#conditionsOf.set(owner, conditions);
    }
    let key = '';
    for (const name of conditions) key += module.conditions?.[name] === true ? '1' : '0';
    const known = this.#units.get(owner)?.get(key);
    if (known) return known;
    const unit = make();
    if (this.#size >= maxParts) {
      this.#units = new Map();
      this.#size = 0;
    }
    const units = this.#units.get(owner) ?? new Map<string, Unit>();
    this.#units.set(owner, units.set(key, unit));
    this.#size++;
    return unit;
  }
}
