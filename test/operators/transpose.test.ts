import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { expectRight, expectRightForShapes, matrices } from './properties.ts';
import { type Definition, maxExpected, thoroughness } from './support.ts';

const definition: Definition = (input, { parameters }) => {
  const rows = Number(parameters.rows);
  const cols = Number(parameters.cols);
  const x = input('x');
  const y = new Float64Array(x.length);
  for (const [at, value] of x.entries()) {
    const matrix = Math.floor(at / (rows * cols));
    const row = Math.floor(at / cols) % rows;
    y[(matrix * cols + (at % cols)) * rows + row] = value;
  }
  return y;
};

describeOnAdapter('transpose on a device', (adapter) => {
  let device: Device;
  const operator = 'transpose';
  beforeAll(async () => {
    device = await adapter.open();
  });
  afterAll(async () => {
    await device.close();
  });

  it(
    'is right to the last bit for any shape and batch',
    async () => {
      const workloads = fc
        .tuple(matrices(), fc.integer({ min: 1, max: 5 }))
        .map(([{ rows, cols }, batch]) => ({
          rows,
          cols,
          batch: batch * rows * cols <= maxExpected ? batch : 1,
        }));
      await expectRightForShapes({ device, operator, definition, workloads, seed: 6 });
    },
    thoroughness.timeoutMs,
  );

  it('is right in every order of tiles, staged or not, with any vector and padding', async () => {
    const tile = { TILE_ROWS: 8, TILE_COLS: 16, WORKGROUP: 16 };
    const staged = [1, 2, 4].flatMap((VECTOR) => [0, 1, 2].map((PAD) => ({ ...tile, VECTOR, PAD })));
    const direct = [1, 2].flatMap((VECTOR) =>
      ['read', 'write'].map((NEIGHBOURS) => ({ ...tile, STAGE: false, PAD: 0, VECTOR, NEIGHBOURS })),
    );
    const blocks = ['read', 'write'].map((NEIGHBOURS) => ({
      ...tile,
      TILE_ROWS: 16,
      STAGE: false,
      PAD: 0,
      VECTOR: 4,
      NEIGHBOURS,
    }));
    const orders = ['rows', 'columns', 'diagonal'].map((ORDER) => ({ ...tile, ORDER }));
    const sizes = { rows: 44, cols: 36, batch: 3 };
    const configurations = [...staged, ...direct, ...blocks, ...orders];
    await expectRight({ device, operator, definition, sizes, configurations });
  });

  it('takes turns where there are more tiles than workgroups', async () => {
    const configurations = [{ MAX_GROUPS: 256, TILE_ROWS: 4, TILE_COLS: 4, WORKGROUP: 16 }];
    await expectRight({
      device,
      operator,
      definition,
      sizes: { rows: 7, cols: 9, batch: 200 },
      configurations,
    });
  });
});
