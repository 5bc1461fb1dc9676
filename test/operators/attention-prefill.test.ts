import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { attention } from './attention.ts';
import { expectRight, expectRightForShapes } from './properties.ts';
import { fewElements, operatorWorkload, type Sizes, thoroughness } from './support.ts';

/** A causal query sees what is up to its own place, the last query's being the end of the cache. */
const definition = attention(({ parameters }) => {
  const [queries, cache, window] = ['queries', 'cache', 'window'].map((name) => Number(parameters[name])) as [
    number,
    number,
    number,
  ];
  const endOf = (query: number) => (parameters.causal ? cache - queries + query + 1 : cache);
  return {
    queries,
    seen: (query) => [window === 0 ? 0 : Math.max(0, endOf(query) - window), endOf(query)],
    maskRow: (_, query) => query,
  };
});

const shapes = fc
  .record({
    kv_heads: fc.constantFrom(1, 2),
    group: fc.constantFrom(1, 2, 3),
    head_size: fc.constantFrom(1, 5, 24, 64, 80, 96, 128),
    queries: fc.constantFrom(1, 2, 13, 16, 31, 64, 67),
    more: fc.constantFrom(0, 0, 1, 33, 64),
    batch: fc.constantFrom(1, 1, 2),
    causal: fc.boolean(),
    window: fc.constantFrom(0, 0, 1, 20),
    softcap: fc.constantFrom(0, 0, 5),
    scale: fc.constantFrom(0, 0.3),
    mask: fc.boolean(),
  })
  .map(({ group, more, window, ...sizes }) => ({
    ...sizes,
    heads: group * sizes.kv_heads,
    // Other queries may be more than the keys that they look at.
    cache: sizes.causal || more > 0 ? sizes.queries + more : Math.ceil(sizes.queries / 3),
    window: sizes.causal ? window : 0,
  }))
  .filter(({ batch, heads, queries, head_size }) => fewElements(batch * heads * queries * head_size));

it.each<[string, Sizes]>([
  ['heads % kv_heads', { heads: 6, kv_heads: 4, head_size: 64, queries: 9, cache: 9 }],
  ['queries <= cache', { heads: 4, kv_heads: 4, head_size: 64, queries: 9, cache: 8 }],
])('refuses what is no attention: %s', (constraint, sizes) => {
  expect(() => operatorWorkload('attention-prefill', sizes)).toThrow(constraint);
});

describeOnAdapter('attention-prefill on a device', (adapter) => {
  let device: Device;
  const operator = 'attention-prefill';
  beforeAll(async () => {
    device = await adapter.open();
  });
  afterAll(async () => {
    await device.close();
  });

  it(
    'is right for any shape',
    async () => {
      await expectRightForShapes({ device, operator, definition, workloads: shapes, seed: 5, few: true });
    },
    thoroughness.timeoutMs,
  );

  it.skipIf(thoroughness.isQuick)('is right whatever goes through workgroup memory', async () => {
    const sizes = { heads: 2, kv_heads: 1, head_size: 24, queries: 19, cache: 41, mask: true };
    const configurations = [true, false].flatMap((STAGE_KEYS) =>
      [true, false].flatMap((STAGE_VALUES) =>
        ['rising', 'falling'].map((ORDER) => ({
          STAGE_KEYS,
          STAGE_VALUES,
          ORDER,
          ROWS: 2,
          KEYS: 2,
          VECTOR: 4,
          STAGE_QUERY: STAGE_KEYS,
        })),
      ),
    );
    await expectRight({ device, operator, definition, sizes, configurations });
  });
});
