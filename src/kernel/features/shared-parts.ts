import type { WgslModule } from '../wesl.ts';
import type { Dependencies, Part } from './dependencies.ts';
import type { Unit } from './structure.ts';

/** Parts that are kept at most. */
const maxParts = 100_000;

/** Parts of code that several structures of a program have in common: those whose conditions are all the same. */
export class SharedParts {
  readonly #dependencies: Dependencies;
  #known = new Map<object, Known>();
  #size = 0;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** @param part the owner names the part, the rest says what it depends on. */
  find(
    part: {
      readonly owner: object;
      readonly parts: readonly Part[];
      readonly module: WgslModule;
    },
    make: () => Unit,
  ): Unit {
    const { owner, parts, module } = part;
    let known = this.#known.get(owner);
    if (!known) {
      known = { conditions: this.#dependencies.of(parts, owner), units: new Map() };
      this.#known.set(owner, known);
    }
    const { conditions, units } = known;
    let key = '';
    for (const name of conditions) key += module.conditions?.[name] === true ? '1' : '0';
    const found = units.get(key);
    if (found) return found;
    const unit = make();
    if (++this.#size > maxParts) {
      this.#known = new Map();
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
