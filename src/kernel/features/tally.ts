/** What is counted, per invocation. Operations count lanes: adding two vec4f is four additions. */
export const counters = [
  'floatAdd',
  'floatMul',
  'floatDiv',
  'floatFma',
  'halfOps',
  'exp',
  'log',
  'pow',
  'sin',
  'tanh',
  'sqrt',
  // Other special functions, and what is not known.
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
  'contendedAtomics',
  'barriers',
  'subgroupOps',
  'textureOps',
  'branches',
  'divergentBranches',
  'iterations',
] as const;

export type Counter = (typeof counters)[number];

const indexes = new Map<Counter, number>(counters.map((counter, index) => [counter, index]));

/** Where a counter stands in a tally. */
export function counterIndex(counter: Counter): number {
  return indexes.get(counter) as number;
}

const zeros = counters.map(() => 0.5).fill(0);

/** A sum of nothing for every counter. */
export function noSums(): number[] {
  // Copies of what has held a fraction have room for fractions from the start.
  return zeros.slice();
}

/** Sums of counters, and the deepest loop nest. NaN is "unknown" and spreads. */
export class Tally {
  readonly #sums = noSums();
  loopDepth = 0;

  /** @param index of a counter. */
  get(index: number): number {
    return this.#sums[index] as number;
  }

  /** Nothing times an unknown number of iterations is still nothing. */
  add(index: number, amount: number): void {
    if (amount === 0) return;
    this.#sums[index] = (this.#sums[index] as number) + amount;
  }

  /**
   * Adds what is the same every time, a number of times.
   *
   * @param amounts counter indexes and amounts in turn.
   */
  addAll(amounts: readonly number[], times: number): void {
    for (let at = 0; at < amounts.length; at += 2) {
      this.add(amounts[at] as number, (amounts[at + 1] as number) * times);
    }
  }

  /** Adds, counter by counter, the largest of the alternatives: only one of them runs. */
  addLargest(alternatives: readonly Tally[]): void {
    for (let index = 0; index < counters.length; index++) {
      let largest = 0;
      for (let at = 0; at < alternatives.length; at++) {
        largest = Math.max(largest, (alternatives[at] as Tally).#sums[index] as number);
      }
      this.#sums[index] = (this.#sums[index] as number) + largest;
    }
    for (const tally of alternatives) this.loopDepth = Math.max(this.loopDepth, tally.loopDepth);
  }

  /** Adds a part of another's sums. */
  addShare(other: Tally, share: number): void {
    for (let index = 0; index < counters.length; index++) {
      this.add(index, other.get(index) === 0 ? 0 : other.get(index) * share);
    }
    this.loopDepth = Math.max(this.loopDepth, other.loopDepth);
  }

  /** Everything is unknown from here on. */
  forget(): void {
    this.#sums.fill(Number.NaN);
    this.loopDepth = Number.NaN;
  }
}
