import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { expectRight, expectRightForShapes, matrices } from './properties.ts';
import { type Definition, thoroughness } from './support.ts';

const joined: Readonly<Record<string, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  mean: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
};

const definition: Definition = (input, { parameters }) => {
  const rows = Number(parameters.rows);
  const cols = Number(parameters.cols);
  const x = input('x');
  const isLast = parameters.axis === 'last';
  const length = isLast ? cols : rows;
  const join = joined[String(parameters.op)] as (a: number, b: number) => number;
  return Float64Array.from({ length: isLast ? rows : cols }, (_, output) => {
    const at = (i: number) => x[isLast ? output * cols + i : i * cols + output] as number;
    let result = at(0);
    for (let i = 1; i < length; i++) result = join(result, at(i));
    return parameters.op === 'mean' ? result / length : result;
  });
};

describeOnAdapter('reduce on a device', (adapter) => {
  let device: Device;
  const operator = 'reduce';
  beforeAll(async () => {
    device = await adapter.open();
  });
  afterAll(async () => {
    await device.close();
  });

  it(
    'is right for any shape, operation and axis',
    async () => {
      const workloads = fc
        .tuple(matrices(), fc.constantFrom('sum', 'mean', 'max', 'min'), fc.constantFrom('last', 'first'))
        .map(([shape, op, axis]) => ({ ...shape, op, axis }));
      await expectRightForShapes({ device, operator, definition, workloads, seed: 4 });
    },
    thoroughness.timeoutMs,
  );

  describe.each(['sum', 'mean', 'max', 'min'])('%s', (op) => {
    it.each(['last', 'first'])('is right over the %s axis, in halves and in one go', async (axis) => {
      const configurations = ['tree', 'flat'].map((COMBINE) => ({
        COMBINE,
        LANES: 8,
        GROUP_OUTPUTS: 4,
        VECTOR: 4,
      }));
      // Numbers of both signs, so that a 0 that slipped in would be the largest or smallest of some.
      const fills = op === 'sum' || op === 'mean' ? {} : { x: 'normal' as const };
      await expectRight({
        device,
        operator,
        definition,
        sizes: { rows: 37, cols: 44, op, axis },
        configurations,
        fills,
      });
    });
  });

  it('takes turns where there are more outputs than workgroups', async () => {
    const configurations = [
      { MAX_GROUPS: 256, LANES: 16, GROUP_OUTPUTS: 1 },
      { MAX_GROUPS: 256, LANES: 2, GROUP_OUTPUTS: 8, COMBINE: 'flat' },
    ];
    for (const sizes of [
      { rows: 4001, cols: 4, axis: 'last' },
      { rows: 4, cols: 4001, axis: 'first' },
    ])
      await expectRight({ device, operator, definition, sizes, configurations });
  });
});
