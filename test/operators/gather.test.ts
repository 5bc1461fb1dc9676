import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { expectRightForShapes, matrices } from './properties.ts';
import { type Definition, thoroughness } from './support.ts';

const definition: Definition = (input, { parameters }) => {
  const cols = Number(parameters.cols);
  const table = input('table');
  return Float64Array.from(
    [...input('indices')].flatMap((row) => [...table.subarray(row * cols, (row + 1) * cols)]),
  );
};

describeOnAdapter('gather on a device', (adapter) => {
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
      const workloads = fc
        .tuple(matrices(), fc.constantFrom(1, 2, 97))
        .map(([{ rows, cols }, table_rows]) => ({ table_rows, cols, count: rows }));
      await expectRightForShapes({ device, operator: 'gather', definition, workloads, seed: 2, few: true });
    },
    thoroughness.timeoutMs,
  );
});
