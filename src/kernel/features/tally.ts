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
  'divergentBranches',
  'iterations',
] as const;

export type Counter = (typeof counters)[number];

const indexes = new Map<Counter, number>(counters.map((counter, index) => [counter, index]));

/** Where a counter stands in a tally. */
export function counterIndex(counter: Counter): number {
  return indexes.get(counter) as number;
}

/** A part of counting that depends on the configuration; NaN times if it is unknown how often it runs. */
export type CountStep = (run: Run, frame: Frame, tally: Tally, times: number) => void;

/** Counts something for a configuration: what is the same every time, and what is not. */
export interface CountCode {
  /** Counter indexes and amounts in turn, each counter once. */
  readonly fixed: readonly number[];
  readonly steps: readonly CountStep[];
}

/** Counts as often as the code runs. */
export function perform(code: CountCode, run: Run, frame: Frame, tally: Tally, times: number): void {
  tally.addAll(code.fixed, times);
  const { steps } = code;
  for (let index = 0; index < steps.length; index++) (steps[index] as CountStep)(run, frame, tally, times);
}

/** Code that adds an amount to a counter every time. */
export function adding(counter: Counter, amount = 1): CountCode {
  return { fixed: [counterIndex(counter), amount], steps: [] };
}

/** Code of one step. */
export function stepping(step: CountStep): CountCode {
  return { fixed: [], steps: [step] };
}

/** One code for several; null for nothing to count. */
export function sequence(codes: readonly (CountCode | null)[]): CountCode | null {
  const all = codes.filter((code) => code !== null);
  if (all.length <= 1) return all[0] ?? null;
  const sums = noSums();
  const steps: CountStep[] = [];
  for (const code of all) {
    for (let at = 0; at < code.fixed.length; at += 2) {
      const index = code.fixed[at] as number;
      sums[index] = (sums[index] as number) + (code.fixed[at + 1] as number);
    }
    for (const step of code.steps) steps.push(step);
  }
  const fixed: number[] = [];
  for (let index = 0; index < sums.length; index++) {
    const amount = sums[index] as number;
    if (amount !== 0) fixed.push(index, amount);
  }
  return { fixed, steps };
}

const zeros = counters.map(() => 0.5).fill(0);

/** A sum of nothing for every counter. */
function noSums(): number[] {
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

  /** Adds what is the same every time, a number of times. */
  addAll(amounts: CountCode['fixed'], times: number): void {
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

  /** Everything is unknown from here on. */
  forget(): void {
    this.#sums.fill(Number.NaN);
    this.loopDepth = Number.NaN;
  }
}
