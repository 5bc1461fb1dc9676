import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { emptyState, type KeptState, packState, unpackState } from '../../src/store/index.ts';
import { model } from './samples.ts';

const entry = {
  at: '2026-01-31T02:00:00.000Z',
  commit: 'a'.repeat(40),
  kernel: 'softmax',
  workload: 'ROWS=32',
  latencyMs: 1.5,
  joules: 0.25,
  estimated: false,
  driver: 'NVIDIA 570.1',
};

const sample = {
  kernel: 'sentinel',
  workload: 'COUNT=1',
  arm: 'B' as const,
  block: 0,
  latencyMs: 1,
  joules: null,
  latencyResolution: 0.001,
  energyResolution: 0,
};

const state: KeptState = { ...emptyState('nvidia-h200'), history: [entry], noise: [sample] };

/** A packed state with its JSON changed. */
function changed(change: (file: Record<string, unknown>) => void): Uint8Array {
  const file = JSON.parse(gunzipSync(packState(state)).toString('utf8'));
  change(file);
  return gzipSync(JSON.stringify(file));
}

describe('a kept state', () => {
  it('comes back as it was packed', () => {
    expect(unpackState(packState(state), 'it')).toEqual(state);
  });

  it('leaves out a cost model of an earlier version, and keeps the rest', () => {
    const kept = { ...state, model: { ...model, version: 1 } as never };
    const back = unpackState(packState(kept), 'state');
    expect(back.model).toBeNull();
    expect(back.history).toEqual(state.history);
  });

  it('keeps the newest of a history that grew too long', () => {
    const history = Array.from({ length: 20_010 }, (_, i) => ({ ...entry, latencyMs: i + 1 }));
    const kept = unpackState(packState({ ...state, history }), 'it').history;
    expect(kept).toHaveLength(20_000);
    expect(kept.at(-1)?.latencyMs).toBe(20_010);
  });

  it('keeps the newest noise of each kernel, workload and machine', () => {
    const samples = (kernel: string, count: number) =>
      Array.from({ length: count }, (_, block) => ({ ...sample, kernel, block }));
    const noise = [...samples('seldom', 40), ...samples('often', 500)];
    const kept = unpackState(packState({ ...state, noise }), 'it').noise;
    expect(kept).toEqual([...samples('seldom', 40), ...samples('often', 500).slice(-400)]);
  });

  it.each([
    ['no gzip', Buffer.from('not a state'), 'is no gzip file'],
    ['a cut gzip', packState(state).slice(0, 60), 'is no gzip file'],
    ['another file', gzipSync('{"schema": "joulegate-tuned"}'), 'is not a kept state'],
    ['a later version', changed((file) => Object.assign(file, { version: 2 })), 'Update|version 2'],
    [
      'a negative latency',
      changed((file) => Object.assign(file, { history: [{ ...entry, latencyMs: -1 }] })),
      'not valid',
    ],
    [
      'a model of another kind',
      changed((file) => Object.assign(file, { model: { schema: 'evil' } })),
      'is not a cost model',
    ],
    [
      'a tuned state of another kind',
      changed((file) => Object.assign(file, { tuned: {} })),
      'is not a tuned state',
    ],
  ])('is refused: %s', (_name, bytes, message) => {
    expect(() => unpackState(bytes, 'it')).toThrow(new RegExp(message));
  });
});
