import { type CacheValue, isCacheValue, type KernelTunerCache } from './cache-parts.ts';

/** Numbers the values of each tunable; values that were tried but not declared are added at the end. */
export class ValueIndex {
  readonly tunables: { name: string; values: CacheValue[] }[];
  readonly #indices: Map<CacheValue, number>[];

  constructor(declared: KernelTunerCache['tunables']) {
    this.tunables = declared.map(({ name, values }) => ({ name, values: [...new Set(values)] }));
    this.#indices = this.tunables.map(({ values }) => new Map(values.map((value, i) => [value, i])));
  }

  /** null if the entry lacks a tunable. */
  locate(entry: KernelTunerCache['entries'][number]): number[] | null {
    const located: number[] = [];
    for (const [i, { name, values }] of this.tunables.entries()) {
      const value = Object.hasOwn(entry, name) ? entry[name] : null;
      if (!isCacheValue(value)) return null;
      const index = this.#indices[i]?.get(value) ?? values.push(value) - 1;
      this.#indices[i]?.set(value, index);
      located.push(index);
    }
    return located;
  }
}
