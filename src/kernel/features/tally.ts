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

const indexOf = new Map<Counter, number>(counters.map((counter, index) => [counter, index]));

/** Sums of counters, and the deepest loop nest. NaN is "unknown" and spreads. */
export class Tally {
  readonly #sums = new Float64Array(counters.length);
  loopDepth = 0;

  get(counter: Counter): number {
    return this.#sums[indexOf.get(counter) as number] as number;
  }

  /** Nothing times an unknown number of iterations is still nothing. */
  add(counter: Counter, amount: number): void {
    if (amount === 0) return;
    const index = indexOf.get(counter) as number;
    this.#sums[index] = (this.#sums[index] as number) + amount;
  }

  /** Adds, counter by counter, the largest of the alternatives: only one of them runs. */
  addLargest(alternatives: readonly Tally[]): void {
    for (let index = 0; index < counters.length; index++) {
      const largest = Math.max(0, ...alternatives.map((tally) => tally.#sums[index] as number));
      this.#sums[index] = (this.#sums[index] as number) + largest;
    }
    this.loopDepth = Math.max(this.loopDepth, ...alternatives.map((tally) => tally.loopDepth));
  }

  /** Everything is unknown from here on. */
  forget(): void {
    this.#sums.fill(Number.NaN);
    this.loopDepth = Number.NaN;
  }
}
