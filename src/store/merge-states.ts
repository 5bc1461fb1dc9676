import type { ModelFile, StateSample, Tuned, TunedEntry } from '../schema/index.ts';
import { type KeptState, maxModelRows } from './state.ts';
import { sameFeatures, stateKeys } from './state-news.ts';
import { emptyTuned, withTunedEntry } from './tuned.ts';

/** What could not be merged, said in one sentence. */
export interface MergedState {
  readonly state: KeptState;
  readonly warnings: readonly string[];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** One of two that were measured alike: whichever it is, it must not depend on which came first. */
function eitherOf<T>(a: T, b: T): T {
  return JSON.stringify(a) < JSON.stringify(b) ? b : a;
}

/** Every entry once, what shards learnt in place of what was kept and after it. */
function mergeEntries<T>(
  kept: readonly T[],
  learnt: readonly (readonly T[])[],
  keyOf: (entry: T) => string,
): T[] {
  const merged = new Map(kept.map((entry) => [keyOf(entry), entry]));
  const news = new Map<string, T>();
  for (const entry of learnt.flat()) {
    const other = news.get(keyOf(entry));
    news.set(keyOf(entry), other === undefined ? entry : eitherOf(other, entry));
  }
  for (const [key, entry] of news) {
    merged.delete(key);
    merged.set(key, entry);
  }
  return [...merged.values()];
}

/** Rows of all models of one kind; where several measured one program, what a shard measured replaces what was kept. */
function mergeModels(
  kept: ModelFile | null,
  learnt: readonly ModelFile[],
  warnings: string[],
): ModelFile | null {
  // The features are those of the version that runs now; a kept model may be of another.
  const last = learnt.at(-1) ?? kept;
  if (last === null) return null;
  const models = [...(kept === null ? [] : [kept]), ...learnt];
  if (!models.every((model) => sameFeatures(model, last))) {
    warnings.push('A cost model with other features than the newest one was left out.');
  }
  const rowsOf = (model: ModelFile | null) => (model !== null && sameFeatures(model, last) ? model.rows : []);
  const rows = mergeEntries(rowsOf(kept), learnt.map(rowsOf), stateKeys.row);
  return { ...last, rows: rows.slice(-maxModelRows) };
}

/** Of each kernel, workload and family what was measured last, whatever the order of `all`; null of none. */
export function mergeTuned(all: readonly Tuned[]): Tuned | null {
  if (all.length === 0) return null;
  const inTime = (a: TunedEntry, b: TunedEntry) =>
    Date.parse(a.measuredAt) - Date.parse(b.measuredAt) || compareText(JSON.stringify(a), JSON.stringify(b));
  return all
    .flatMap(({ entries }) => entries)
    .toSorted(inTime)
    .reduce(withTunedEntry, emptyTuned());
}

/** Samples without what tells them apart from others alike: their blocks are counted from the first one's. */
function signature(samples: readonly StateSample[]): string[] {
  const first = Math.min(...samples.map(({ block }) => block));
  return samples.map((sample) => JSON.stringify({ ...sample, block: sample.block - first }));
}

/** Whether `samples` are part of `kept` already, under other numbers: a night that is merged twice adds nothing. */
function isKept(kept: readonly StateSample[], samples: readonly StateSample[]): boolean {
  const wanted = signature(samples).join('\n');
  return kept.some(
    (_, at) =>
      at + samples.length <= kept.length &&
      signature(kept.slice(at, at + samples.length)).join('\n') === wanted,
  );
}

/** Blocks have to be told apart: those that a shard added are numbered on from all before them. */
function mergeNoise(kept: readonly StateSample[], shards: readonly KeptState[]): StateSample[] {
  const old = new Set(kept.map((sample) => JSON.stringify(sample)));
  const merged = [...kept];
  for (const { noise } of shards) {
    const added = noise.filter((sample) => !old.has(JSON.stringify(sample)));
    if (added.length === 0 || isKept(kept, added)) continue;
    const next = 1 + Math.max(-1, ...merged.map(({ block }) => block));
    const first = Math.min(...added.map(({ block }) => block));
    merged.push(...added.map((sample) => ({ ...sample, block: sample.block - first + next })));
  }
  return merged;
}

/**
 * What the shards of a night learnt, together with what was kept. Their order decides the order of entries and the
 * numbers of blocks, and nothing else; merging the same shards once more changes nothing.
 * @param shards of the family of `kept`, each no more than it learnt (`stateNews`)
 */
export function mergeStates(kept: KeptState, shards: readonly KeptState[]): MergedState {
  const warnings: string[] = [];
  const learnt = <K extends 'history' | 'anchors' | 'attempts'>(what: K) =>
    shards.map((shard) => shard[what]);
  const state: KeptState = {
    family: kept.family,
    model: mergeModels(
      kept.model,
      shards.flatMap(({ model }) => model ?? []),
      warnings,
    ),
    tuned: mergeTuned([kept, ...shards].flatMap(({ tuned }) => tuned ?? [])),
    history: mergeEntries(kept.history, learnt('history'), stateKeys.history).toSorted(
      (a, b) =>
        Date.parse(a.at) - Date.parse(b.at) || compareText(stateKeys.history(a), stateKeys.history(b)),
    ),
    noise: mergeNoise(kept.noise, shards),
    anchors: mergeEntries(kept.anchors, learnt('anchors'), stateKeys.anchor),
    attempts: mergeEntries(kept.attempts, learnt('attempts'), stateKeys.attempt),
  };
  return { state, warnings };
}
