import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { expectRight, expectRightForShapes, matrices } from './properties.ts';
import { type Definition, type Sizes, thoroughness } from './support.ts';

/** erf by its series; from 4 on it is 1 to 2e-8, and the series loses its digits. */
function errorFunction(v: number): number {
  if (Math.abs(v) >= 4) return Math.sign(v);
  let power = v;
  let sum = v;
  for (let i = 1; i < 200; i++) {
    power *= (-v * v) / i;
    sum += power / (2 * i + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const unary: Readonly<Record<string, (v: number) => number>> = {
  none: (v) => v,
  relu: (v) => Math.max(0, v),
  relu6: (v) => Math.min(6, Math.max(0, v)),
  leaky_relu: (v) => (v >= 0 ? v : 0.01 * v),
  gelu: (v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))),
  gelu_erf: (v) => 0.5 * v * (1 + errorFunction(v / Math.SQRT2)),
  silu: (v) => v / (1 + Math.exp(-v)),
  sigmoid: (v) => 1 / (1 + Math.exp(-v)),
  tanh: Math.tanh,
  exp: Math.exp,
  square: (v) => v * v,
  absolute: Math.abs,
  negate: (v) => -v,
};

const binary: Readonly<Record<string, (a: number, b: number) => number>> = {
  none: (a) => a,
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  minimum: Math.min,
  maximum: Math.max,
};

const definition: Definition = (input, { parameters }) => {
  const cols = Number(parameters.cols);
  const isHalves = parameters.broadcast === 'halves';
  const half = (which: number) => input('a').filter((_, at) => Math.floor(at / cols) % 2 === which);
  const a = isHalves ? half(0) : input('a');
  const b = isHalves ? half(1) : input('b');
  const index: Readonly<Record<string, (at: number) => number>> = {
    none: (at) => at,
    row: (at) => at % cols,
    column: (at) => Math.floor(at / cols),
    scalar: () => 0,
    halves: (at) => at,
  };
  const unaryOf = unary[String(parameters.unary)] as (v: number) => number;
  const indexOf = index[String(parameters.broadcast)] as (at: number) => number;
  return a.map((left, at) => {
    const right = b[indexOf(at)] as number;
    const binaryOf =
      parameters.binary === 'affine'
        ? (v: number) => v * right + (b[cols + (at % cols)] as number)
        : (binary[String(parameters.binary)] as (a: number, b: number) => number);
    return parameters.unary_first === true ? binaryOf(unaryOf(left), right) : unaryOf(binaryOf(left, right));
  });
};

describeOnAdapter('elementwise on a device', (adapter) => {
  let device: Device;
  const operator = 'elementwise';
  beforeAll(async () => {
    device = await adapter.open();
  });
  afterAll(async () => {
    await device.close();
  });

  it(
    'is right for any shape, function and broadcast',
    async () => {
      const workloads = fc
        .record({
          shape: matrices(),
          // Quotients of normal numbers go beyond f16.
          binary: fc.constantFrom('none', 'add', 'subtract', 'multiply', 'minimum', 'maximum'),
          unary: fc.constantFrom(...Object.keys(unary).filter((name) => name !== 'exp' && name !== 'square')),
          broadcast: fc.constantFrom('none', 'row', 'column', 'scalar', 'halves'),
          unary_first: fc.boolean(),
        })
        .map(({ shape, ...rest }) => ({ ...shape, ...rest }))
        .filter(({ binary, broadcast }) => binary !== 'none' || broadcast !== 'halves');
      await expectRightForShapes({ device, operator, definition, workloads, seed: 5 });
    },
    thoroughness.timeoutMs,
  );

  describe('of one number', () => {
    it.each(Object.keys(unary))('%s is right', async (name) => {
      const sizes = { rows: 3, cols: 301, unary: name };
      await expectRight({ device, operator, definition, sizes, configurations: [] });
    });

    it.each(['gelu', 'gelu_erf', 'silu', 'sigmoid', 'tanh'])('%s is right far from zero', async (name) => {
      // a = 0, 1, 2, ... 99, and as many below zero.
      const sizes = { cols: 100, unary: name, binary: 'multiply', broadcast: 'scalar' };
      const exact = { relative: 1e-5, absolute: 1e-6 };
      for (const unary_first of [false, true])
        await expectRight({
          device,
          operator,
          definition,
          sizes: { ...sizes, unary_first },
          configurations: [{ WORKGROUP: 32, VECTOR: 4 }],
          fills: { a: 'index' },
          tolerance: exact,
        });
    });
  });

  describe('of two numbers', () => {
    it.each(Object.keys(binary))('%s is right with every broadcast', async (name) => {
      for (const broadcast of ['none', 'row', 'column', 'scalar'])
        await expectRight({
          device,
          operator,
          definition,
          sizes: { rows: 5, cols: 36, binary: name, broadcast },
          configurations: [{ VECTOR: 4, WORKGROUP: 16 }],
        });
    });
  });

  it.each<Sizes>([
    { unary: 'silu', binary: 'multiply', unary_first: true, broadcast: 'halves' },
    { unary: 'relu', binary: 'affine', broadcast: 'row' },
  ])('gates with the second half of rows, and scales and shifts columns: %o', async (epilogue) => {
    const configurations = [{ VECTOR: 4, WORKGROUP: 16, ITEMS: 2, LOAD_FIRST: true }];
    await expectRight({
      device,
      operator,
      definition,
      sizes: { rows: 7, cols: 36, ...epilogue },
      configurations,
    });
  });

  it('is right in every order of loads and checks, with several turns', async () => {
    const configurations = ['striped', 'blocked'].flatMap((ORDER) =>
      [false, true].flatMap((LOAD_FIRST) =>
        ['each', 'tile'].map((CHECK) => ({
          ORDER,
          LOAD_FIRST,
          CHECK,
          ITEMS: 4,
          WORKGROUP: 16,
          MAX_GROUPS: 64,
        })),
      ),
    );
    const sizes = { rows: 3, cols: 5003, unary: 'silu', binary: 'multiply', unary_first: true };
    await expectRight({ device, operator, definition, sizes, configurations });
  });
});
