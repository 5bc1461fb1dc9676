import type { Polynomial } from './polynomial.ts';
import { leastOf, type Range } from './range.ts';

/** What conditions say of expressions, by their keys. Those that hold in a block are forgotten behind it. */
export class Facts {
  readonly #known: ReadonlyMap<string, Range>;

  constructor(known: ReadonlyMap<string, Range> = new Map()) {
    this.#known = known;
  }

  with(key: string, { low, high }: Range): Facts {
    const before = this.#known.get(key);
    const range = { low: low ?? before?.low ?? null, high: leastOf(high, before?.high ?? null) };
    return new Facts(new Map([...this.#known, [key, range]]));
  }

  /** A range with what is known of the expression. Conditions are believed to be there because they say more. */
  narrow(key: string | null, range: Range): Range {
    const known = key === null ? undefined : this.#known.get(key);
    if (known === undefined) return range;
    return { low: range.low ?? known.low, high: tighter(range.high, known.high) };
  }
}

function tighter(high: Polynomial | null, fact: Polynomial | null): Polynomial | null {
  return fact === null ? high : high === null ? fact : leastOf(fact, high);
}
