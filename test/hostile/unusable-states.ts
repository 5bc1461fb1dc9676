import { gzipSync } from 'node:zlib';
import { emptyState, packState } from '../../src/store/index.ts';

const family = 'nvidia-h200';

interface UnusableState {
  readonly bytes: Uint8Array;
  /** What the refusal says. */
  readonly says: string;
}

const state = () =>
  JSON.parse(JSON.stringify({ schema: 'joulegate-state', version: 1, ...emptyState(family) }));
const zipped = (text: string) => gzipSync(text, { level: 1 });
const changed = (change: object) => zipped(JSON.stringify({ ...state(), ...change }));

const night = {
  at: '2026-01-01T00:00:00.000Z',
  commit: null,
  kernel: 'softmax',
  workload: 'N=1',
  latencyMs: 1,
  joules: 1,
  estimated: false,
  driver: '1',
};
/** A number that JSON.stringify would not write. */
const withNumber = (number: string) =>
  zipped(JSON.stringify({ ...state(), history: [night] }).replace('"latencyMs":1', `"latencyMs":${number}`));

/** Kept states that nobody can use, by what is wrong with them. */
export const unusableStates = {
  'not gzip': { bytes: Buffer.from('{}'), says: 'is no gzip file of a bearable size' },
  'cut off': {
    bytes: packState(emptyState(family)).slice(0, -9),
    says: 'is no gzip file of a bearable size',
  },
  // 300 MiB of blanks in 300 KiB.
  'a gzip bomb': {
    bytes: Buffer.concat(Array.from({ length: 300 }, () => gzipSync(Buffer.alloc(2 ** 20, ' ')))),
    says: 'is no gzip file of a bearable size',
  },
  'a million brackets deep': { bytes: zipped('['.repeat(1e6)), says: 'is nested more than 64 levels deep' },
  'deep inside its model': {
    bytes: zipped(
      JSON.stringify({ ...state(), model: 0 }).replace(
        '"model":0',
        `"model":{"x":${'['.repeat(99)}1${']'.repeat(99)}}`,
      ),
    ),
    says: 'is nested more than 64 levels deep',
  },
  'NaN for a latency': { bytes: withNumber('NaN'), says: 'is not JSON' },
  'an infinite latency': { bytes: withNumber('1e999'), says: '/history/0/latencyMs must be' },
  'a negative latency': { bytes: withNumber('-1'), says: '/history/0/latencyMs must be more than 0' },
  'an enormous latency': {
    bytes: withNumber('1e300'),
    says: '/history/0/latencyMs must be at most 1000000000',
  },
  'more nights than are kept': {
    bytes: changed({ history: Array.from({ length: 20_001 }, () => night) }),
    says: '/history must have at most 20000 items',
  },
  'a newer version': {
    bytes: changed({ version: 2 }),
    says: 'has version 2 of its format and this program knows up to 1',
  },
  'a newer model inside': {
    bytes: changed({ model: { schema: 'joulegate-model', version: 9 } }),
    says: 'the model in the kept state has version 9 of its format',
  },
  'another kind of file': { bytes: changed({ schema: 'joulegate-report' }), says: 'is not a kept state' },
  'a key for the prototype': {
    bytes: zipped(JSON.stringify(state()).replace('{', '{"__proto__":{"family":"x"},')),
    says: "has an unknown key '__proto__'",
  },
  'a family that is a path': { bytes: changed({ family: '../../x' }), says: '/family must' },
} as const satisfies Readonly<Record<string, UnusableState>>;
