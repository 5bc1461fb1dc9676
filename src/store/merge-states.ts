import type { ModelFile, StateSample, Tuned } from '../schema/index.ts';
import { type KeptState, maxModelRows } from './state.ts';
import { emptyTuned, withTunedEntry } from './tuned.ts';

/** What could not be merged, said in one sentence. */
export interface MergedState {
  readonly state: KeptState;
  readonly warnings: readonly string[];
}

/** Every entry once: the last of those with one key, at the place of the first. */
function byKey<T>(entries: readonly T[], keyOf: (entry: T) => string): T[] {
  const found = new Map<string, T>();
  for (const entry of entries) found.set(keyOf(entry), entry);
  return [...found.values()];
}

function sameNames(a: ModelFile, b: ModelFile): boolean {
  return JSON.stringify(a.featureNames) === JSON.stringify(b.featureNames);
}

/** Rows of all models of one kind; where several measured one program, what a shard measured replaces what was kept. */
function mergeModels(models: readonly ModelFile[], warnings: string[]): ModelFile | null {
  // The features are those of the version that runs now; a kept model may be of another.
  const last = models.at(-1);
  if (last === undefined) return null;
  const alike = models.filter((model) => sameNames(model, last));
  if (alike.length < models.length) {
    warnings.push('A cost model with other features than the newest one was left out.');
  }
  const rows = byKey(
    alike.flatMap((model) => model.rows),
    ({ family, kernel, workload, identity }) => JSON.stringify([family, kernel, workload, identity]),
  );
  return { ...last, rows: rows.slice(-maxModelRows) };
}

/** Of each kernel, workload and family what was measured last; null of none. */
export function mergeTuned(all: readonly Tuned[]): Tuned | null {
  if (all.length === 0) return null;
  return all
    .flatMap(({ entries }) => entries)
    .toSorted((a, b) => (a.measuredAt < b.measuredAt ? -1 : a.measuredAt > b.measuredAt ? 1 : 0))
    .reduce(withTunedEntry, emptyTuned());
}

/** Blocks have to be told apart: those that a shard added are numbered on from all before them. */
function mergeNoise(kept: readonly StateSample[], shards: readonly KeptState[]): StateSample[] {
  const old = new Set(kept.map((sample) => JSON.stringify(sample)));
  const merged = [...kept];
  for (const { noise } of shards) {
    const added = noise.filter((sample) => !old.has(JSON.stringify(sample)));
    const next = 1 + Math.max(-1, ...merged.map(({ block }) => block));
    const first = Math.min(...added.map(({ block }) => block));
    merged.push(...added.map((sample) => ({ ...sample, block: sample.block - first + next })));
  }
  return merged;
}

/**
 * What the shards of a night learnt, together. Each began with `kept` and knows that and its own kernels.
 * @param shards states of the family of `kept`
 */
export function mergeStates(kept: KeptState, shards: readonly KeptState[]): MergedState {
  const warnings: string[] = [];
  const all = [kept, ...shards];
  const models = all.flatMap(({ model }) => model ?? []);
  const state: KeptState = {
    family: kept.family,
    model: mergeModels(models, warnings),
    tuned: mergeTuned(all.flatMap(({ tuned }) => tuned ?? [])),
    history: byKey(
      all.flatMap(({ history }) => history),
      ({ at, kernel, workload, device, driver }) => JSON.stringify([at, kernel, workload, device, driver]),
    ).toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)),
    noise: mergeNoise(kept.noise, shards),
    anchors: byKey(
      all.flatMap(({ anchors }) => anchors),
      ({ kernel, workload, device }) => JSON.stringify([kernel, workload, device]),
    ),
    attempts: byKey(
      all.flatMap(({ attempts }) => attempts),
      ({ digest, at }) => `${digest} ${at}`,
    ),
  };
  return { state, warnings };
}
