import type { GoodTrial } from './ledger.ts';

/** Alternates between two rankings of the same trials, each trial once. */
export function interleave(a: readonly GoodTrial[], b: readonly GoodTrial[]): GoodTrial[] {
  const seen = new Set<string>();
  const merged: GoodTrial[] = [];
  for (let i = 0; i < a.length; i++) {
    for (const trial of [a[i], b[i]]) {
      if (trial === undefined || seen.has(trial.key)) continue;
      seen.add(trial.key);
      merged.push(trial);
    }
  }
  return merged;
}
