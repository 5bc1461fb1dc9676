import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { expectRightForShapes } from './properties.ts';
import { type Definition, fewElements, thoroughness } from './support.ts';

/** New tokens stand where they belong; nothing else is written. */
const definition: Definition = (input, { parameters }) => {
  const number = (name: string) => Number(parameters[name]);
  const [heads, size, capacity, tokens] = ['kv_heads', 'head_size', 'capacity', 'tokens'].map(number) as [
    number,
    number,
    number,
    number,
  ];
  const cache = new Float64Array(number('batch') * heads * capacity * size).fill(Number.NaN);
  for (const [at, value] of input('x').entries()) {
    const [row, head] = [Math.floor(at / size), Math.floor(at / size) % heads];
    const token = Math.floor(row / heads);
    const place =
      (Math.floor(token / tokens) * heads + head) * capacity + number('position') + (token % tokens);
    cache[place * size + (at % size)] = value;
  }
  return cache;
};

const workloads = fc
  .record({
    kv_heads: fc.constantFrom(1, 3, 8),
    head_size: fc.constantFrom(1, 6, 64, 80),
    position: fc.constantFrom(0, 1, 17),
    tokens: fc.constantFrom(1, 1, 5, 16),
    more: fc.constantFrom(0, 3),
    batch: fc.constantFrom(1, 1, 2),
  })
  .map(({ more, ...sizes }) => ({ ...sizes, capacity: sizes.position + sizes.tokens + more }))
  .filter(({ kv_heads, head_size, capacity, batch }) => fewElements(batch * kv_heads * capacity * head_size));

describeOnAdapter('cache-update on a device', (adapter) => {
  let device: Device;
  beforeAll(async () => {
    device = await adapter.open();
  });
  afterAll(async () => {
    await device.close();
  });

  it(
    'is right for any shape',
    async () => {
      await expectRightForShapes({
        ...{ device, operator: 'cache-update', definition, workloads, seed: 2, few: true },
      });
    },
    thoroughness.timeoutMs,
  );
});
