import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { expectRight, expectRightForShapes, matrices } from './properties.ts';
import { type Definition, thoroughness } from './support.ts';

const definition: Definition = (input, { parameters }) => {
  const cols = Number(parameters.cols);
  const exponents = input('x').map((value) => Number(parameters.scale) * value);
  const y = new Float64Array(exponents.length);
  for (let start = 0; start < y.length; start += cols) {
    const row = exponents.subarray(start, start + cols);
    const top = Math.max(...row);
    const sum = row.reduce((total, value) => total + Math.exp(value - top), 0);
    for (const [i, value] of row.entries()) y[start + i] = Math.exp(value - top) / sum;
  }
  return y;
};

describeOnAdapter('softmax on a device', (adapter) => {
  let device: Device;
  const operator = 'softmax';
  beforeAll(async () => {
    device = await adapter.open();
  });
  afterAll(async () => {
    await device.close();
  });

  it(
    'is right for any shape and scale',
    async () => {
      const scales = fc.constantFrom(1, 0.125, 3, -2);
      const workloads = fc.tuple(matrices(), scales).map(([shape, scale]) => ({ ...shape, scale }));
      await expectRightForShapes({ device, operator, definition, workloads, seed: 1 });
    },
    thoroughness.timeoutMs,
  );

  it('neither overflows nor loses the sum where exponents are huge', async () => {
    const configurations = ['multi_pass', 'online'].flatMap((ALGORITHM) =>
      [false, true].map((EXP2) => ({ ALGORITHM, EXP2, LANES: 16 })),
    );
    await expectRight({
      device,
      operator,
      definition,
      sizes: { rows: 9, cols: 300, scale: 400 },
      configurations,
    });
  });

  it('is right wherever a row waits for the later passes', async () => {
    const configurations = ['none', 'registers', 'workgroup'].flatMap((CACHE) =>
      ['multi_pass', 'online'].map((ALGORITHM) => ({
        CACHE,
        ALGORITHM,
        LANES: 8,
        GROUP_ROWS: 4,
        VECTOR: 4,
        ITEMS: 2,
      })),
    );
    await expectRight({ device, operator, definition, sizes: { rows: 11, cols: 172 }, configurations });
  });

  it('takes turns where there are more rows than workgroups', async () => {
    const configurations = [
      { MAX_GROUPS: 256, LANES: 16 },
      { MAX_GROUPS: 256, LANES: 4, GROUP_ROWS: 8 },
    ];
    await expectRight({ device, operator, definition, sizes: { rows: 4001, cols: 3 }, configurations });
  });

  it('exchanges through registers where the adapter has subgroups', async () => {
    if (!device.info.limits.has_subgroups) return;
    const configurations = [4, 8, 16, 32]
      .filter((SUBGROUP) => SUBGROUP <= device.info.limits.subgroup_min)
      .flatMap((SUBGROUP) => [
        { SUBGROUP, LANES: SUBGROUP, GROUP_ROWS: 4 },
        { SUBGROUP, LANES: 4 * SUBGROUP, GROUP_ROWS: 2, COMBINE: 'flat' },
        { SUBGROUP, LANES: 4 * SUBGROUP, GROUP_ROWS: 2, COMBINE: 'tree' },
      ]);
    expect(configurations.length).toBeGreaterThan(0);
    await expectRight({ device, operator, definition, sizes: { rows: 5, cols: 131 }, configurations });
  });
});
