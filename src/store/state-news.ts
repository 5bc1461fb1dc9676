import { isDeepStrictEqual } from 'node:util';
import type { ModelFile, ModelRow, StateAnchor, StateAttempt, StateEntry } from '../schema/index.ts';
import type { KeptState } from './state.ts';

/** What entries of a state are told apart by: a later one with the same key takes the place of an earlier one. */
export const stateKeys = {
  row: ({ family, kernel, workload, identity }: ModelRow) =>
    JSON.stringify([family, kernel, workload, identity]),
  history: ({ at, kernel, workload, device, driver }: StateEntry) =>
    JSON.stringify([at, kernel, workload, device, driver]),
  anchor: ({ kernel, workload, device }: StateAnchor) => JSON.stringify([kernel, workload, device]),
  attempt: ({ digest, at }: StateAttempt) => `${digest} ${at}`,
} as const;

/** Entries that are not among those of before, or not as they are now. */
function changed<T>(before: readonly T[], after: readonly T[], keyOf: (entry: T) => string): readonly T[] {
  const known = new Map(before.map((entry) => [keyOf(entry), entry]));
  return after.filter((entry) => !isDeepStrictEqual(known.get(keyOf(entry)), entry));
}

/** Whether rows of two models mean the same. */
export function sameFeatures(a: ModelFile, b: ModelFile): boolean {
  return isDeepStrictEqual(a.featureNames, b.featureNames);
}

function modelNews(before: ModelFile | null, after: ModelFile | null): ModelFile | null {
  if (before === null || after === null || !sameFeatures(before, after)) return after;
  return { ...after, rows: [...changed(before.rows, after.rows, stateKeys.row)] };
}

/**
 * What a shard has learnt since it began with `before`. It must hand on no more than that: what it only restored may be
 * older than what another shard has measured anew. The tuned state is whole, because its entries say when they are of.
 */
export function stateNews(before: KeptState, after: KeptState): KeptState {
  return {
    family: after.family,
    model: modelNews(before.model, after.model),
    tuned: after.tuned,
    history: changed(before.history, after.history, stateKeys.history),
    noise: changed(before.noise, after.noise, (sample) => JSON.stringify(sample)),
    anchors: changed(before.anchors, after.anchors, stateKeys.anchor),
    attempts: changed(before.attempts, after.attempts, stateKeys.attempt),
  };
}
