import type { CountCode, CountStep, Frame, Run } from './run.ts';
import { type Counter, counterIndex, noSums, type Tally } from './tally.ts';

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
