import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVariantBuilder, featureNames } from '../../src/kernel/index.ts';
import { createKernelSpace } from '../../src/manifest/index.ts';
import type { Device } from '../../src/measure/index.ts';
import { type Configuration, configurationId } from '../../src/space/index.ts';
import { createRandom } from '../../src/stats/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { activate, activations } from './activation.ts';
import {
  checkOperator,
  type Definition,
  fewElements,
  largeLimits,
  lowestLimits,
  operatorWorkload,
  type Sizes,
  thoroughness,
} from './support.ts';

describe('the space of matmul', () => {
  it('holds between ten thousand and a million configurations for products of usual sizes', () => {
    for (const sizes of [
      { m: 256, n: 256, k: 256 },
      { m: 1024, n: 1024, k: 1024, type: 'f16' },
      { m: 1, n: 4096, k: 4096 },
    ]) {
      const { kernel, workload } = operatorWorkload('matmul', sizes);
      const { value } = createKernelSpace(kernel, workload, lowestLimits).count(1_000_001);
      expect(value, workload.name).toBeGreaterThan(10_000);
      expect(value, workload.name).toBeLessThanOrEqual(1_000_000);
    }
  });

  it.each<Sizes>([
    { m: 512, n: 4096, k: 1024, type: 'f16' },
    { m: 1, n: 1, k: 1, type: 'f32' },
    { m: 1, n: 4096, k: 1024, type: 'f16', transpose_b: true },
    { m: 4096, n: 1, k: 4096, type: 'f32', transpose_a: true },
    { m: 7, n: 5, k: 3, type: 'f32', batch: 12 },
    { m: 16777216, n: 1, k: 1, type: 'f16', bias: true, activation: 'relu' },
  ])('has the default and something to choose for %o on every device', (sizes) => {
    const { kernel, workload } = operatorWorkload('matmul', sizes);
    for (const device of [lowestLimits, largeLimits]) {
      const space = createKernelSpace(kernel, workload, device);
      expect(space.count(20).value).toBe(20);
      const start = space.point(kernel.defaults);
      expect(start && space.isValid(start)).toBe(true);
    }
  });

  it('holds nothing that the builder refuses', async () => {
    for (const sizes of [
      { m: 100, n: 256, k: 64, type: 'f32' },
      { m: 64, n: 72, k: 36, type: 'f16', transpose_a: true, transpose_b: true, bias: true, batch: 3 },
    ]) {
      const limits = { ...lowestLimits, has_f16: true };
      const { kernel, workload } = operatorWorkload('matmul', sizes);
      const space = createKernelSpace(kernel, workload, limits);
      const builder = createVariantBuilder({ kernel, workload, limits });
      for (const point of space.sample(createRandom(5), 60)) {
        const configuration = space.configuration(point);
        const built = await builder.build(configuration);
        expect(built.ok ? null : built.failure, configurationId(configuration, kernel.tunables)).toBeNull();
      }
    }
  });

  it('keeps tiles low for a row vector', () => {
    const { kernel, workload } = operatorWorkload('matmul', { m: 1, n: 64, k: 64 });
    const space = createKernelSpace(kernel, workload, lowestLimits);
    for (const point of space.sample(createRandom(1), 20)) {
      const { GROUP_Y, ROWS } = space.configuration(point) as { GROUP_Y: number; ROWS: number };
      expect(GROUP_Y * ROWS).toBeLessThanOrEqual(32);
    }
  });
});

describe('the features of matmul', () => {
  const featuresOf = async (configuration: Configuration, sizes: Sizes = { m: 256, n: 256, k: 64 }) => {
    const { kernel, workload } = operatorWorkload('matmul', sizes);
    const builder = createVariantBuilder({ kernel, workload, limits: largeLimits });
    const built = await builder.build({ ...kernel.defaults, ...configuration });
    if (!built.ok) throw new Error(built.failure.message);
    const vector = builder.features(built.value);
    return Object.fromEntries(featureNames.map((name, index) => [name, vector[index] as number]));
  };
  const plain = (value: number | undefined) => 2 ** (value ?? Number.NaN) - 1;

  it.each<Configuration>([
    {},
    { DOUBLE_BUFFER: true, PREFETCH: true, SPLIT_K: 2, VECTOR: 2, SWIZZLE: 8 },
    { STAGE_A: false, STAGE_B: false, K_TILE: 8, VECTOR: 4 },
  ])('are all known for %o', async (configuration) => {
    const unknown = Object.entries(await featuresOf(configuration)).filter(([, value]) =>
      Number.isNaN(value),
    );
    expect(unknown).toEqual([]);
  });

  it('count the products of the definition, whatever the tiles', async () => {
    for (const configuration of [{}, { ROWS: 8, COLS: 4, VECTOR: 4 }, { STAGE_A: false, STAGE_B: false }]) {
      expect(plain((await featuresOf(configuration)).totalFlops)).toBeCloseTo(2 * 256 * 256 * 64, 0);
    }
  });

  it('show that larger tiles move fewer bytes', async () => {
    const small = await featuresOf({ GROUP_X: 16, GROUP_Y: 16, ROWS: 1, COLS: 1 });
    const tiled = await featuresOf({ GROUP_X: 16, GROUP_Y: 16, ROWS: 4, COLS: 4 });
    // Of A and B every element is loaded once per tile of C across; C is stored once.
    const elements = 256 * 256 * 64;
    expect(plain(small.totalStorageBytes)).toBeCloseTo(4 * ((2 * elements) / 16 + 256 * 256), 0);
    expect(plain(tiled.totalStorageBytes)).toBeCloseTo(4 * ((2 * elements) / 64 + 256 * 256), 0);
  });
});

/** The product as it is defined. */
const product: Definition = (input, { parameters }) => {
  const { m, n, k, batch } = parameters as Record<string, number>;
  const { transpose_a, transpose_b, bias, activation } = parameters;
  const [M, N, K, B] = [Number(m), Number(n), Number(k), Number(batch)];
  const [a, b, added] = [input('a'), input('b'), input('bias')];
  const c = new Float64Array(B * M * N);
  for (let i = 0; i < c.length; i++) {
    const [matrix, row, column] = [Math.floor(i / (M * N)), Math.floor(i / N) % M, i % N];
    let sum = bias === true ? (added[column] as number) : 0;
    for (let step = 0; step < K; step++) {
      const left = transpose_a === true ? step * M + row : row * K + step;
      const right = transpose_b === true ? column * K + step : step * N + column;
      sum += (a[matrix * M * K + left] as number) * (b[matrix * K * N + right] as number);
    }
    c[i] = activate(String(activation), sum);
  }
  return c;
};

/** 1, primes, and what tiles and vectors divide. */
const extent = fc.oneof(
  fc.constantFrom(1, 2, 3, 7, 13, 31, 37, 61),
  fc.integer({ min: 1, max: 16 }).map((x) => 4 * x),
);

const shapes = fc.record({
  m: extent,
  n: extent,
  k: extent,
  type: fc.constantFrom('f32', 'f16'),
  batch: fc.constantFrom(1, 1, 3),
  transpose_a: fc.boolean(),
  transpose_b: fc.boolean(),
  bias: fc.boolean(),
  activation: fc.constantFrom(...activations),
});

describeOnAdapter('matmul on a device', (adapter) => {
  let device: Device;
  beforeAll(async () => {
    device = await adapter.open();
  });
  afterAll(async () => {
    await device.close();
  });

  const check = async (sizes: Sizes, seed: number, configurations: number) => {
    if (sizes.type === 'f16' && !device.info.limits.has_f16) return null;
    const { kernel, workload } = operatorWorkload('matmul', sizes);
    // Large register tiles take a software adapter seconds to compile and show nothing that smaller ones do not.
    const skip = ({ ROWS, COLS }: Configuration) => thoroughness.isQuick && Number(ROWS) * Number(COLS) > 8;
    return checkOperator({ device, kernel, workload, definition: product, configurations, seed, skip });
  };

  it(
    'is right for any shape',
    async () => {
      let right = 0;
      await fc.assert(
        fc.asyncProperty(shapes, fc.nat(1000), async (sizes, seed) => {
          fc.pre(fewElements(sizes.batch * sizes.m * sizes.n));
          const checked = await check(sizes, seed, thoroughness.configurations(1));
          expect(checked?.faults ?? []).toEqual([]);
          right += checked?.right ?? 0;
        }),
        { seed: 7, numRuns: thoroughness.shapes(4), endOnFailure: true },
      );
      thoroughness.report('matmul', right);
    },
    thoroughness.timeoutMs,
  );

  it.each<[Sizes, Configuration]>([
    [
      { m: 40, n: 36, k: 44 },
      { DOUBLE_BUFFER: true, PREFETCH: true, VECTOR: 4, PAD: 1, SWIZZLE: 8 },
    ],
    [
      { m: 40, n: 36, k: 44, transpose_a: true },
      { STAGE_A: false, PREFETCH: true, COLS: 2, VECTOR: 2 },
    ],
    [
      { m: 33, n: 5, k: 101 },
      { SPLIT_K: 4, DOUBLE_BUFFER: true, GROUP_X: 4, COLS: 1, ROWS: 2 },
    ],
    [
      { m: 24, n: 20, k: 36, type: 'f16', transpose_b: true },
      { WIDE: true, VECTOR: 4, GROUP_X: 4, STAGE_B: false },
    ],
  ])('is right for %o with %o', async (sizes, changes) => {
    if (sizes.type === 'f16' && !device.info.limits.has_f16) return;
    const { kernel, workload } = operatorWorkload('matmul', sizes);
    const configuration = { ...kernel.defaults, ...changes };
    const point = createKernelSpace(kernel, workload, device.info.limits).point(configuration);
    expect(point && createKernelSpace(kernel, workload, device.info.limits).isValid(point)).toBe(true);
    const only = { device, kernel, workload, definition: product, configurations: 0, seed: 0 };
    const { faults, right } = await checkOperator({ ...only, also: [configuration], withDefault: false });
    expect(faults).toEqual([]);
    expect(right).toBe(2);
  });

  it('is told from a wrong product', async () => {
    const { kernel, workload } = operatorWorkload('matmul', { m: 5, n: 6, k: 7 });
    const wrong: Definition = (input, given) => product(input, given).map((x, i) => (i === 17 ? x + 0.1 : x));
    const only = { device, kernel, workload, configurations: 0, seed: 0 };
    const { faults, right } = await checkOperator({ ...only, definition: wrong });
    expect(faults).toHaveLength(2);
    expect(faults[0]).toMatch(/wrong-result.* 1 of 30 elements are wrong; first at index 17/);
    expect(right).toBe(0);
  });
});
