import type { ModelFile, StateAnchor, StateSample, Tuned, TunedEntry } from '../schema/index.ts';
import { firstNightsLabel, type KeptState, maxModelRows } from './state.ts';
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

/**
 * Whether a shard's anchor takes the place of the kept one: it is the same one with more nights, or that of a later release. A
 * shard that could not see what is kept sets an anchor of its own, and with that all drift so far would be gone.
 */
function movesAnchor(kept: StateAnchor, anchor: StateAnchor): boolean {
  if (anchor.label === kept.label) return anchor.at === kept.at && anchor.nights > kept.nights;
  return anchor.label !== firstNightsLabel && Date.parse(anchor.at) > Date.parse(kept.at);
}

function mergeAnchors(
  kept: readonly StateAnchor[],
  learnt: readonly (readonly StateAnchor[])[],
): StateAnchor[] {
  const there = new Map(kept.map((anchor) => [stateKeys.anchor(anchor), anchor]));
  const moved = learnt.map((anchors) =>
    anchors.filter((anchor) => {
      const before = there.get(stateKeys.anchor(anchor));
      return before === undefined || movesAnchor(before, anchor);
    }),
  );
  return mergeEntries(kept, moved, stateKeys.anchor);
}

/** A sample but for the number of its block. */
function bare({ block, ...sample }: StateSample): string {
  return JSON.stringify(sample);
}

/** Whether `samples` are part of `kept` already, under other numbers: a night that is merged twice adds nothing. */
function isKept(kept: readonly StateSample[], samples: readonly StateSample[]): boolean {
  const wanted = samples.map(bare);
  const offsets = (of: readonly StateSample[]) => of.map(({ block }) => block - (of[0]?.block ?? 0)).join();
  const wantedOffsets = offsets(samples);
  const [first] = samples;
  return kept.some((sample, at) => {
    // Most of what is kept is of other kernels and costs no more than this.
    if (sample.kernel !== first?.kernel || sample.latencyMs !== first.latencyMs) return false;
    const part = kept.slice(at, at + samples.length);
    return (
      part.length === samples.length &&
      part.every((one, i) => bare(one) === wanted[i]) &&
      offsets(part) === wantedOffsets
    );
  });
}

/**
 * Blocks have to be told apart: those that a shard added are numbered on from all before them. A shard whose nights are all
 * kept has been merged before, also where some of its samples have given way to newer ones since.
 */
function mergeNoise(kept: KeptState, shards: readonly KeptState[]): StateSample[] {
  const old = new Set(kept.noise.map((sample) => JSON.stringify(sample)));
  const nights = new Set(kept.history.map(stateKeys.history));
  const merged = [...kept.noise];
  let next = merged.reduce((least, { block }) => Math.max(least, block + 1), 0);
  for (const { noise, history } of shards) {
    if (history.length > 0 && history.every((entry) => nights.has(stateKeys.history(entry)))) continue;
    const added = noise.filter((sample) => !old.has(JSON.stringify(sample)));
    if (added.length === 0 || isKept(kept.noise, added)) continue;
    const first = Math.min(...added.map(({ block }) => block));
    const numbered = added.map((sample) => ({ ...sample, block: sample.block - first + next }));
    merged.push(...numbered);
    next = Math.max(...numbered.map(({ block }) => block)) + 1;
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
    noise: mergeNoise(kept, shards),
    anchors: mergeAnchors(kept.anchors, learnt('anchors')),
    attempts: mergeEntries(kept.attempts, learnt('attempts'), stateKeys.attempt),
  };
  return { state, warnings };
}
