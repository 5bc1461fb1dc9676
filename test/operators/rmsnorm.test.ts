import { afterAll, beforeAll, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { expectRight, expectRightForShapes, matrices } from './properties.ts';
import { type Definition, thoroughness } from './support.ts';

const definition: Definition = (input, { parameters }) => {
  const cols = Number(parameters.cols);
  const x = input('x');
  const gamma = input('gamma');
  const y = new Float64Array(x.length);
  for (let start = 0; start < y.length; start += cols) {
    const row = x.subarray(start, start + cols);
    const square = row.reduce((total, value) => total + value ** 2, 0) / cols;
    const root = Math.sqrt(square + Number(parameters.epsilon));
    for (const [i, value] of row.entries()) y[start + i] = (value / root) * (gamma[i] as number);
  }
  return y;
};

describeOnAdapter('rmsnorm on a device', (adapter) => {
  let device: Device;
  const operator = 'rmsnorm';
  beforeAll(async () => {
    device = await adapter.open();
  });
  afterAll(async () => {
    await device.close();
  });

  it(
    'is right for any shape',
    async () => {
      const slow = ({ ITEMS }: Configuration) => Number(ITEMS) > 2;
      await expectRightForShapes({ device, operator, definition, workloads: matrices(), seed: 5, slow });
    },
    thoroughness.timeoutMs,
  );

  it('counts epsilon in', async () => {
    const configurations = [{ LANES: 16 }, { LANES: 16, CACHE: 'registers', ITEMS: 2 }];
    await expectRight({
      device,
      operator,
      definition,
      sizes: { rows: 5, cols: 33, epsilon: 2.5 },
      configurations,
    });
  });
});
