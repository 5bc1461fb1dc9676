import type { WgslModule } from '../wesl.ts';
import type { Dependencies, Part } from './dependencies.ts';
import type { Unit } from './unit.ts';

/** Parts that are kept at most. */
const maxParts = 100_000;

/** Parts of code that several structures of a program have in common: those whose conditions are all the same. */
export class SharedParts {
  readonly #dependencies: Dependencies;
  #known = new Map<object, Known>();
  #gathered = new Map<object, Known>();
  #size = 0;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** @param part the owner names the part, the rest says what it depends on. */
  find(
    part: {
      readonly owner: object;
      /** Whether it is made of parts that are found by themselves; an owner may have one of either kind. */
      readonly gathers: boolean;
      readonly parts: readonly Part[];
      readonly module: WgslModule;
    },
    make: () => Unit,
  ): Unit {
    const { owner, gathers, parts, module } = part;
    const all = gathers ? this.#gathered : this.#known;
    let known = all.get(owner);
    if (!known) {
      known = { conditions: this.#dependencies.of(parts, owner), units: new Map() };
      all.set(owner, known);
    }
    const { conditions, units } = known;
    let key = '';
    for (const name of conditions) key += module.conditions?.[name] === true ? '1' : '0';
    const found = units.get(key);
    if (found) return found;
    const unit = make();
    if (++this.#size > maxParts) {
      this.#known = new Map();
      this.#gathered = new Map();
      this.#size = 0;
    }
    units.set(key, unit);
    return unit;
  }
}

/** Parts by the truth of the conditions that they depend on. */
interface Known {
  readonly conditions: readonly string[];
  readonly units: Map<string, Unit>;
}
