import type { Frame, Run } from './run.ts';

/** What is counted, per invocation. Operations count lanes: adding two vec4f is four additions. */
export const counters = [
  'floatAdd',
  'floatMul',
  'floatDiv',
  'floatFma',
  'halfOps',
  'special',
  'intAdd',
  'intMul',
  'intDiv',
  'compare',
  'convert',
  'storageLoads',
  'storageLoadBytes',
  'storageStores',
  'storageStoreBytes',
  'contiguousBytes',
  'broadcastBytes',
  'stridedBytes',
  'irregularBytes',
  'workgroupLoads',
  'workgroupLoadBytes',
  'workgroupStores',
  'workgroupStoreBytes',
  'workgroupConflicts',
  'privateLoads',
  'privateStores',
  'uniformLoads',
  'atomics',
  'barriers',
  'subgroupOps',
  'textureOps',
  'branches',
  'iterations',
] as const;

export type Counter = (typeof counters)[number];

const indexes = new Map<Counter, number>(counters.map((counter, index) => [counter, index]));

/** Where a counter stands in a tally. */
export function counterIndex(counter: Counter): number {
  return indexes.get(counter) as number;
}

/** Counts something for a configuration, as often as it runs: NaN times if that is unknown. */
export type CountCode = (run: Run, frame: Frame, tally: Tally, times: number) => void;

/** Code that adds an amount to a counter every time. */
export function adding(counter: Counter, amount = 1): CountCode {
  const index = counterIndex(counter);
  return (_run, _frame, tally, times) => tally.add(index, amount * times);
}

/** One code for several; null for nothing to count. */
export function sequence(codes: readonly (CountCode | null)[]): CountCode | null {
  const all = codes.filter((code) => code !== null);
  if (all.length <= 1) return all[0] ?? null;
  return (run, frame, tally, times) => {
    for (const code of all) code(run, frame, tally, times);
  };
}

/** Sums of counters, and the deepest loop nest. NaN is "unknown" and spreads. */
export class Tally {
  readonly #sums = new Float64Array(counters.length);
  loopDepth = 0;

  get(counter: Counter): number {
    return this.#sums[counterIndex(counter)] as number;
  }

  /** Nothing times an unknown number of iterations is still nothing. */
  add(index: number, amount: number): void {
    if (amount === 0) return;
    this.#sums[index] = (this.#sums[index] as number) + amount;
  }

  /** Adds, counter by counter, the largest of the alternatives: only one of them runs. */
  addLargest(alternatives: readonly Tally[]): void {
    for (let index = 0; index < counters.length; index++) {
      let largest = 0;
      for (const tally of alternatives) largest = Math.max(largest, tally.#sums[index] as number);
      this.#sums[index] = (this.#sums[index] as number) + largest;
    }
    for (const tally of alternatives) this.loopDepth = Math.max(this.loopDepth, tally.loopDepth);
  }

  /** Everything is unknown from here on. */
  forget(): void {
    this.#sums.fill(Number.NaN);
    this.loopDepth = Number.NaN;
  }
}
