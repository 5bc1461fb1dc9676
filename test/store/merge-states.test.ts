import { describe, expect, it } from 'vitest';
import {
  emptyState,
  emptyTuned,
  type KeptState,
  mergeStates,
  mergeTuned,
  packState,
  type StateEntry,
  type StateSample,
  stateNews,
  type TunedEntry,
  unpackState,
} from '../../src/store/index.ts';
import { model, tunedEntry } from './samples.ts';

type Row = NonNullable<KeptState['model']>['rows'][number];
type Anchor = KeptState['anchors'][number];

const family = 'nvidia-h200';

function stateOf(change: Partial<KeptState>): KeptState {
  return { ...emptyState(family), ...change };
}

/** A row of the cost model: the program `identity`, measured at `latencyMs`. */
function row(identity: string, latencyMs: number): Row {
  return { ...model.rows[0]!, identity, latencyMs };
}

function modelOf(...rows: Row[]) {
  return { ...model, rows };
}

function night(kernel: string, day: number, latencyMs = 1): StateEntry {
  return {
    at: `2026-01-0${day}T02:00:00.000Z`,
    commit: null,
    kernel,
    workload: 'N=1',
    latencyMs,
    joules: null,
    estimated: false,
    driver: '570',
    device: 'H200',
  };
}

function anchor(kernel: string, nights: number, device = 'H200 570'): Anchor {
  return {
    at: '2026-01-01T02:00:00.000Z',
    commit: null,
    label: 'the first nights',
    kernel,
    workload: 'N=1',
    device,
    nights,
    latencyMs: 1,
    joules: null,
  };
}

/** Both arms of the A/A blocks `from`, `from + 1`, …, one for each latency. */
function blocks(from: number, ...latencies: number[]): StateSample[] {
  return latencies.flatMap((latencyMs, i) =>
    (['B', 'H'] as const).map((arm) => ({
      kernel: 'sentinel',
      workload: 'N=1',
      arm,
      block: from + i,
      latencyMs: arm === 'B' ? latencyMs : latencyMs + 0.01,
      joules: null,
      latencyResolution: 0,
      energyResolution: 0,
    })),
  );
}

function tunedOf(...entries: TunedEntry[]) {
  return { ...emptyTuned(), entries };
}

/** Without what the order of shards decides: the order of entries, and the numbers of blocks. */
function asSets({ state }: ReturnType<typeof mergeStates>) {
  const sorted = (entries: readonly unknown[]) => entries.map((entry) => JSON.stringify(entry)).sort();
  return {
    rows: sorted(state.model?.rows ?? []),
    tuned: state.tuned,
    history: state.history,
    noise: sorted(state.noise.map(({ block, ...sample }) => sample)),
    blocks: [...new Set(state.noise.map(({ block }) => block))].sort((a, b) => a - b),
    anchors: sorted(state.anchors),
  };
}

const kept = stateOf({
  model: modelOf(row('a', 1), row('b', 2)),
  history: [night('x', 1), night('y', 1)],
  noise: blocks(0, 1.1, 1.2),
  anchors: [anchor('x', 1), anchor('y', 1)],
});

/** What the shards with the kernels x and y have after a night that began with `kept`. */
const afterX = stateOf({
  model: modelOf(row('a', 9), row('b', 2), row('c', 3)),
  tuned: tunedOf(tunedEntry({ kernel: 'x' })),
  history: [...kept.history, night('x', 2)],
  noise: [...kept.noise, ...blocks(2, 1.3)],
  anchors: [anchor('x', 2), anchor('y', 1)],
});
const afterY = stateOf({
  model: modelOf(row('a', 1), row('b', 8), row('d', 4)),
  tuned: tunedOf(tunedEntry({ kernel: 'y' })),
  history: [...kept.history, night('y', 2)],
  noise: [...kept.noise, ...blocks(2, 1.4, 1.5)],
  anchors: [anchor('x', 1), anchor('y', 2)],
});
const [newsOfX, newsOfY] = [stateNews(kept, afterX), stateNews(kept, afterY)];

describe('the news of a shard', () => {
  it('are what it measured, and nothing that it only restored; the tuned state is whole', () => {
    expect(newsOfX).toEqual({
      family,
      model: modelOf(row('a', 9), row('c', 3)),
      tuned: tunedOf(tunedEntry({ kernel: 'x' })),
      history: [night('x', 2)],
      noise: blocks(2, 1.3),
      anchors: [anchor('x', 2)],
      attempts: [],
    });
    expect(unpackState(packState(newsOfX), 'news')).toEqual(newsOfX);
  });

  it('are all of its cost model where the features have changed since', () => {
    const changed = { ...modelOf(row('a', 1)), featureNames: ['flops', 'loads'] };
    expect(stateNews(kept, stateOf({ model: changed })).model).toEqual(changed);
  });

  it('are nothing if nothing was learnt', () => {
    expect(stateNews(kept, kept)).toEqual(stateOf({ model: modelOf() }));
  });
});

describe('states of the shards of a night, merged', () => {
  it('have what each shard measured anew in place of what was kept, whoever else restored that', () => {
    expect(mergeStates(kept, [newsOfX, newsOfY])).toEqual({
      warnings: [],
      state: stateOf({
        model: modelOf(row('a', 9), row('c', 3), row('b', 8), row('d', 4)),
        tuned: tunedOf(tunedEntry({ kernel: 'x' }), tunedEntry({ kernel: 'y' })),
        history: [night('x', 1), night('y', 1), night('x', 2), night('y', 2)],
        noise: [...blocks(0, 1.1, 1.2), ...blocks(2, 1.3), ...blocks(3, 1.4, 1.5)],
        anchors: [anchor('x', 2), anchor('y', 2)],
      }),
    });
  });

  it('are the same in any order, but for the order of entries and the numbers of blocks', () => {
    expect(asSets(mergeStates(kept, [newsOfX, newsOfY]))).toEqual(
      asSets(mergeStates(kept, [newsOfY, newsOfX])),
    );
    // Also where both measured the same program, anchor and night.
    const [one, other] = [5, 6].map((latencyMs) =>
      stateOf({
        model: modelOf(row('a', latencyMs)),
        history: [night('x', 2, latencyMs)],
        anchors: [{ ...anchor('x', 2), latencyMs }],
        tuned: tunedOf(tunedEntry({ latencyMs })),
      }),
    ) as [KeptState, KeptState];
    expect(asSets(mergeStates(kept, [one, other]))).toEqual(asSets(mergeStates(kept, [other, one])));
    expect(mergeStates(kept, [one, other]).state.model?.rows).toHaveLength(2);
  });

  it('do not change by being merged once more, as when the merging job is run again', () => {
    const { state } = mergeStates(kept, [newsOfX, newsOfY]);
    const again = mergeStates(state, [newsOfX, newsOfY]);
    expect(asSets(again)).toEqual(asSets({ state, warnings: [] }));
    expect(again.state.noise).toEqual(state.noise);
  });

  it('are what was kept if no shard learnt anything', () => {
    expect(mergeStates(kept, []).state).toEqual(kept);
    expect(mergeStates(kept, [stateNews(kept, kept)]).state).toEqual(kept);
  });

  it('number the blocks of each shard on from those before, so that none is taken for another', () => {
    const { noise } = mergeStates(kept, [
      stateOf({ noise: blocks(2, 1.3, 1.4) }),
      stateOf({ noise: blocks(2, 1.5) }),
      stateOf({ noise: blocks(40, 1.6) }),
    ]).state;
    expect(noise.map(({ block, arm, latencyMs }) => [block, arm, latencyMs])).toEqual([
      [0, 'B', 1.1],
      [0, 'H', 1.11],
      [1, 'B', 1.2],
      [1, 'H', 1.21],
      [2, 'B', 1.3],
      [2, 'H', 1.31],
      [3, 'B', 1.4],
      [3, 'H', 1.41],
      [4, 'B', 1.5],
      [4, 'H', 1.51],
      [5, 'B', 1.6],
      [5, 'H', 1.61],
    ]);
  });

  it('keep the anchor where a shard began without what is kept, which is what drift is told from', () => {
    const months = stateOf({ anchors: [anchor('x', 3), { ...anchor('y', 3), label: 'v1' }] });
    const later = { at: '2026-02-01T02:00:00.000Z', latencyMs: 1.5 };
    const cold = stateOf({
      anchors: [
        { ...anchor('x', 1), ...later },
        { ...anchor('y', 1), ...later },
      ],
    });
    expect(mergeStates(months, [cold]).state.anchors).toEqual(months.anchors);
    expect(mergeStates(emptyState(family), [cold]).state.anchors).toEqual(cold.anchors);
  });

  it('move the anchor for a later release, and not back to an earlier one', () => {
    const released = (label: string, at: string) => stateOf({ anchors: [{ ...anchor('x', 1), label, at }] });
    const [v1, v2] = [released('v1', '2026-02-01T02:00:00.000Z'), released('v2', '2026-03-01T02:00:00.000Z')];
    const first = mergeStates(stateOf({ anchors: [anchor('x', 3)] }), [v1]).state;
    expect(first.anchors).toEqual(v1.anchors);
    const second = mergeStates(first, [v2]).state;
    expect(second.anchors).toEqual(v2.anchors);
    expect(mergeStates(second, [v1]).state.anchors).toEqual(v2.anchors);
  });

  it.each([1, 12, 64])('keep the noise of each of %i shards, however often they are merged', (count) => {
    const news = Array.from({ length: count }, (_, shard) => {
      const latencies = Array.from({ length: 20 }, (_, i) => 1 + shard + i / 1000);
      const kernel = `k${shard}`;
      const noise = blocks(0, ...latencies).map((sample) => ({ ...sample, kernel }));
      return stateOf({ noise, history: [night(kernel, 2)] });
    });
    const first = unpackState(packState(mergeStates(emptyState(family), news).state), 'it');
    expect(first.noise).toHaveLength(40 * count);
    expect(new Set(first.noise.map(({ block }) => block)).size).toBe(20 * count);
    const again = unpackState(packState(mergeStates(first, news).state), 'it');
    expect(again.noise).toEqual(first.noise);
    // Also if all shards measured one kernel, more of which is not kept.
    const alike = news.map((one) => ({
      ...one,
      noise: one.noise.map((n) => ({ ...n, kernel: 'sentinel' })),
    }));
    const full = unpackState(packState(mergeStates(emptyState(family), alike).state), 'it');
    expect(full.noise).toHaveLength(Math.min(400, 40 * count));
    expect(unpackState(packState(mergeStates(full, alike).state), 'it').noise).toEqual(full.noise);
  });

  it('keep devices of one family apart', () => {
    const [first, second] = ['H200 570', 'H200 580'];
    const { state } = mergeStates(emptyState(family), [
      stateOf({ anchors: [anchor('x', 1, first)], history: [{ ...night('x', 2), device: first! }] }),
      stateOf({ anchors: [anchor('x', 3, second)], history: [{ ...night('x', 2), device: second! }] }),
    ]);
    expect(state.anchors).toEqual([anchor('x', 1, first), anchor('x', 3, second)]);
    expect(state.history.map(({ device }) => device)).toEqual([first, second]);
  });

  it('leave out a cost model of other features, and say so', () => {
    const old = { ...modelOf(row('z', 1)), featureNames: ['flops', 'loads'] };
    const { state, warnings } = mergeStates({ ...kept, model: old }, [newsOfX, newsOfY]);
    expect(state.model?.featureNames).toEqual(model.featureNames);
    expect(state.model?.rows.map(({ identity }) => identity)).toEqual(['a', 'c', 'b', 'd']);
    expect(warnings).toEqual(['A cost model with other features than the newest one was left out.']);
  });

  it('keep the newest rows of a cost model that has grown too long', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => row(`old ${i}`, 1));
    const { state } = mergeStates(stateOf({ model: modelOf(...many) }), [newsOfX]);
    expect(state.model?.rows).toHaveLength(20_000);
    expect(state.model?.rows[0]?.identity).toBe('old 2');
    expect(state.model?.rows.slice(-2).map(({ identity }) => identity)).toEqual(['a', 'c']);
  });
});

describe('tuned states, merged', () => {
  const older = tunedEntry({ latencyMs: 2, measuredAt: '2026-01-01T00:00:00.000Z' });
  const newer = tunedEntry({ latencyMs: 1, measuredAt: '2026-01-01T00:00:00.500Z' });

  it('have of each kernel, workload and family what was measured last, in any order', () => {
    const elsewhere = tunedEntry({ family: 'mesa-llvmpipe' });
    const expected = tunedOf(elsewhere, newer);
    expect(mergeTuned([tunedOf(older, elsewhere), tunedOf(newer)])).toEqual(expected);
    expect(mergeTuned([tunedOf(newer), tunedOf(older, elsewhere)])).toEqual(expected);
  });

  it('go by the time and not by how it is written', () => {
    const [early, late] = [
      { ...older, measuredAt: '2026-01-01T00:00:00.100Z' },
      { ...newer, measuredAt: '2026-01-01T01:00:00+00:30' },
    ];
    expect(mergeTuned([tunedOf(early), tunedOf(late)])?.entries).toEqual([late]);
    expect(mergeTuned([tunedOf(late), tunedOf(early)])?.entries).toEqual([late]);
  });

  it('of the same moment are decided alike in any order', () => {
    const twin = { ...newer, configuration: { WORKGROUP: 32, VECTORIZE: false } };
    expect(mergeTuned([tunedOf(newer), tunedOf(twin)])).toEqual(mergeTuned([tunedOf(twin), tunedOf(newer)]));
  });

  it('of nobody are none', () => {
    expect(mergeTuned([])).toBeNull();
    expect(mergeTuned([emptyTuned()])).toEqual(emptyTuned());
  });
});
