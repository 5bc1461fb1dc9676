import { afterAll, beforeAll, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { expectRight, expectRightForShapes, matrices } from './properties.ts';
import { type Definition, thoroughness } from './support.ts';

const definition: Definition = (input, { parameters }) => {
  const cols = Number(parameters.cols);
  const x = input('x');
  const gamma = input('gamma');
  const beta = input('beta');
  const y = new Float64Array(x.length);
  for (let start = 0; start < y.length; start += cols) {
    const row = x.subarray(start, start + cols);
    const mean = row.reduce((total, value) => total + value, 0) / cols;
    const variance = row.reduce((total, value) => total + (value - mean) ** 2, 0) / cols;
    const factor = 1 / Math.sqrt(variance + Number(parameters.epsilon));
    for (const [i, value] of row.entries())
      y[start + i] = (value - mean) * factor * (gamma[i] as number) + (beta[i] as number);
  }
  return y;
};

describeOnAdapter('layernorm on a device', (adapter) => {
  let device: Device;
  const operator = 'layernorm';
  beforeAll(async () => {
    device = await adapter.open();
  });
  afterAll(async () => {
    await device.close();
  });

  it(
    'is right for any shape',
    async () => {
      const workloads = matrices().map((shape) => ({ ...shape, epsilon: 0.001 }));
      await expectRightForShapes({ device, operator, definition, workloads, seed: 2 });
    },
    thoroughness.timeoutMs,
  );

  it('keeps the variance of rows that are far from zero', async () => {
    // Elements are their own index: the last row lies around 16,000 and has a variance of 21.25, of which the difference
    // of the mean of squares and the squared mean would keep no digit in f32.
    const configurations = ['two_pass', 'welford'].flatMap((ALGORITHM) => [
      { ALGORITHM, LANES: 16, GROUP_ROWS: 2 },
      { ALGORITHM, LANES: 2, GROUP_ROWS: 16, VECTOR: 4, ITEMS: 2, CACHE: 'registers' },
      { ALGORITHM, LANES: 4, GROUP_ROWS: 8, ORDER: 'blocked', CACHE: 'workgroup' },
    ]);
    const sizes = { rows: 1000, cols: 16 };
    await expectRight({ device, operator, definition, sizes, configurations, fills: { x: 'index' } });
  });

  it('is beta where a row has one element', async () => {
    const configurations = [{ ALGORITHM: 'two_pass' }, { ALGORITHM: 'welford', LANES: 16 }];
    await expectRight({ device, operator, definition, sizes: { rows: 37, cols: 1 }, configurations });
  });
});
