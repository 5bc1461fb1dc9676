import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { expectRight, expectRightForShapes } from './properties.ts';
import { type DefinitionOfSeveral, fewElements, thoroughness } from './support.ts';

const definition: DefinitionOfSeveral = (input, { parameters }) => {
  const [cols, k] = [Number(parameters.cols), Number(parameters.k)];
  const x = input('x');
  const places = Array.from({ length: x.length / cols }, (_, row) => {
    const elements = x.subarray(row * cols, (row + 1) * cols);
    const byValue = [...elements.keys()].sort((a, b) => (elements[b] as number) - (elements[a] as number));
    return byValue.slice(0, k).map((col) => ({ col, value: elements[col] as number }));
  }).flat();
  return {
    values: Float64Array.from(places, ({ value }) => value),
    indices: Float64Array.from(places, ({ col }) => col),
  };
};

const workloads = fc
  .record({
    rows: fc.constantFrom(1, 2, 13),
    cols: fc.oneof(fc.constantFrom(1, 2, 64, 97, 1000, 4099), fc.integer({ min: 1, max: 3000 })),
    k: fc.constantFrom(1, 1, 2, 5, 40),
  })
  .map((sizes) => ({ ...sizes, k: Math.min(sizes.k, sizes.cols) }))
  .filter(({ rows, k }) => fewElements(2 * rows * k));

describeOnAdapter('topk on a device', (adapter) => {
  let device: Device;
  const operator = 'topk';
  beforeAll(async () => {
    device = await adapter.open();
  });
  afterAll(async () => {
    await device.close();
  });

  it(
    'is right for any shape',
    async () => {
      await expectRightForShapes({ device, operator, definition, workloads, seed: 2, few: true });
    },
    thoroughness.timeoutMs,
  );

  it.skipIf(thoroughness.isQuick)('takes the first of equal elements, however a row is shared', async () => {
    const configurations = [
      { COMBINE: 'flat' },
      { SPLITS: 4, WORKGROUP: 16 },
      { SPLITS: 2, VECTOR: 4, ORDER: 'blocked', WORKGROUP: 16 },
    ];
    const fills = { x: 'ones' as const };
    const sizes = { rows: 2, cols: 300, k: 7 };
    await expectRight({ device, operator, definition, sizes, fills, configurations });
  });
});
