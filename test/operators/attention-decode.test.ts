import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { attention } from './attention.ts';
import { expectRight, expectRightForShapes } from './properties.ts';
import { fewElements, operatorWorkload, thoroughness } from './support.ts';

/** The last token sees the whole cache, or its window. */
const definition = attention(({ parameters }) => {
  const [cache, window] = [Number(parameters.cache), Number(parameters.window)];
  return {
    queries: 1,
    seen: () => [window === 0 ? 0 : Math.max(0, cache - window), cache],
    maskRow: (sequence) => sequence,
  };
});

const shapes = fc
  .record({
    kv_heads: fc.constantFrom(1, 2, 3),
    group: fc.constantFrom(1, 2, 4, 7, 8),
    head_size: fc.constantFrom(1, 5, 24, 64, 80, 96, 128),
    cache: fc.oneof(fc.constantFrom(1, 2, 17, 64, 127, 256, 509), fc.integer({ min: 1, max: 700 })),
    batch: fc.constantFrom(1, 1, 2),
    window: fc.constantFrom(0, 0, 1, 33, 128),
    softcap: fc.constantFrom(0, 0, 5),
    scale: fc.constantFrom(0, 0.3),
    mask: fc.boolean(),
  })
  .map(({ group, ...sizes }) => ({ ...sizes, heads: group * sizes.kv_heads }))
  .filter(({ batch, heads, head_size }) => fewElements(batch * heads * head_size));

it.each([['heads % kv_heads', { heads: 6, kv_heads: 4, head_size: 64, cache: 9 }]])(
  'refuses what is no attention: %s',
  (constraint, sizes) => {
    expect(() => operatorWorkload('attention-decode', sizes)).toThrow(constraint);
  },
);

describeOnAdapter('attention-decode on a device', (adapter) => {
  let device: Device;
  const operator = 'attention-decode';
  beforeAll(async () => {
    device = await adapter.open();
  });
  afterAll(async () => {
    await device.close();
  });

  it(
    'is right for any shape',
    async () => {
      await expectRightForShapes({ device, operator, definition, workloads: shapes, seed: 3, few: true });
    },
    thoroughness.timeoutMs,
  );

  it.skipIf(thoroughness.isQuick)('adds up what splits leave, also where some have nothing', async () => {
    const sizes = { heads: 4, kv_heads: 2, head_size: 8, cache: 33, softcap: 2, mask: true };
    const configurations = [
      { SPLITS: 2, QUERIES: 2, VECTOR: 4, BLOCK: 16, WORKGROUP: 32, LANES: 2, ITEMS: 1 },
    ];
    await expectRight({ device, operator, definition, sizes, configurations });
  });
});
