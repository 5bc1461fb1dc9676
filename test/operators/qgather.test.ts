import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { expectRightForShapes } from './properties.ts';
import { weightAt } from './quantised.ts';
import { type Definition, thoroughness } from './support.ts';

const definition: Definition = (input, { parameters }) => {
  const k = Number(parameters.k);
  const words = new DataView(Uint32Array.from(input('weights')).buffer);
  const scales = input('scales');
  return Float64Array.from(
    [...input('indices')].flatMap((row) =>
      Array.from({ length: k }, (_, i) => weightAt(String(parameters.layout), words, scales, row * k + i)),
    ),
  );
};

const workloads = fc
  .record({
    table_rows: fc.constantFrom(1, 2, 7, 30),
    blocks: fc.constantFrom(1, 2, 3, 8),
    count: fc.constantFrom(1, 2, 13),
    layout: fc.constantFrom('q4_0', 'ort_q4_32', 'q8_0', 'ort_q8_32', 'q4_k', 'mlc_q4f16'),
  })
  .map(({ blocks, ...sizes }) => ({ ...sizes, k: (sizes.layout === 'q4_k' ? 256 : 32) * blocks }));

describeOnAdapter('qgather on a device', (adapter) => {
  let device: Device;
  beforeAll(async () => {
    device = await adapter.open();
  });
  afterAll(async () => {
    await device.close();
  });

  it(
    'is right for any shape and layout',
    async () => {
      await expectRightForShapes({ device, operator: 'qgather', definition, workloads, seed: 2, few: true });
    },
    thoroughness.timeoutMs,
  );
});
