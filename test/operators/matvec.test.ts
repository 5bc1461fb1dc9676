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
  largeLimits,
  lowestLimits,
  operatorWorkload,
  type Sizes,
  thoroughness,
} from './support.ts';

describe('the space of matvec', () => {
  it('holds thousands of configurations for usual sizes', () => {
    for (const sizes of [
      { m: 4096, k: 4096 },
      { m: 1000, k: 2048, type: 'f16' },
    ]) {
      const { kernel, workload } = operatorWorkload('matvec', sizes);
      const { value } = createKernelSpace(kernel, workload, lowestLimits).count();
      expect(value, workload.name).toBeGreaterThan(3000);
    }
  });

  it.each<Sizes>([
    { m: 1, k: 1 },
    { m: 7, k: 3, type: 'f16' },
    { m: 262147, k: 5, bias: true },
    { m: 16777216, k: 1 },
    { m: 1, k: 16777216, activation: 'gelu' },
  ])('has the default and something to choose for %o on every device', (sizes) => {
    const { kernel, workload } = operatorWorkload('matvec', sizes);
    for (const device of [lowestLimits, largeLimits]) {
      const space = createKernelSpace(kernel, workload, device);
      expect(space.count(20).value).toBe(20);
      const start = space.point(kernel.defaults);
      expect(start && space.isValid(start)).toBe(true);
    }
  });

  it('has subgroups only where the device has them, and lines that are made of them', () => {
    const { kernel, workload } = operatorWorkload('matvec', { m: 512, k: 512 });
    const lines = (device: typeof lowestLimits) => {
      const space = createKernelSpace(kernel, workload, device);
      const found = [...space.enumerate()].map((point) => space.configuration(point));
      return new Set(found.filter(({ REDUCE }) => REDUCE === 'subgroups').map(({ GROUP_K }) => GROUP_K));
    };
    expect(lines(lowestLimits)).toEqual(new Set());
    expect(lines(largeLimits)).toEqual(new Set([32, 64, 128, 256]));
    expect(lines({ ...largeLimits, subgroup_min: 8, subgroup_max: 16 })).toEqual(new Set([16, 32, 64]));
  });

  it('holds nothing that the builder refuses', async () => {
    const { kernel, workload } = operatorWorkload('matvec', { m: 100, k: 256, bias: true });
    const space = createKernelSpace(kernel, workload, largeLimits);
    const builder = createVariantBuilder({ kernel, workload, limits: largeLimits });
    for (const point of space.sample(createRandom(5), 100)) {
      const configuration = space.configuration(point);
      const built = await builder.build(configuration);
      expect(built.ok ? null : built.failure, configurationId(configuration, kernel.tunables)).toBeNull();
    }
  });
});

describe('the features of matvec', () => {
  it('are all known, and count every product once', async () => {
    const { kernel, workload } = operatorWorkload('matvec', { m: 512, k: 512 });
    const builder = createVariantBuilder({ kernel, workload, limits: largeLimits });
    for (const changes of [
      {},
      { GROUP_K: 1, GROUP_ROWS: 64, ROWS: 2 },
      { REDUCE: 'serial', STAGE_X: true },
    ]) {
      const built = await builder.build({ ...kernel.defaults, ...changes });
      if (!built.ok) throw new Error(built.failure.message);
      const vector = builder.features(built.value);
      const unknown = featureNames.filter((_, i) => Number.isNaN(vector[i]));
      expect(unknown).toEqual([]);
      // Sums of lines come on top of 2 m k.
      const flops = 2 ** (vector[featureNames.indexOf('totalFlops')] as number) - 1;
      expect(flops / (2 * 512 * 512)).toBeGreaterThan(0.99);
      expect(flops / (2 * 512 * 512)).toBeLessThan(1.25);
    }
  });
});

/** The product as it is defined. */
const product: Definition = (input, { parameters }) => {
  const [m, k] = [Number(parameters.m), Number(parameters.k)];
  const [a, x, added] = [input('a'), input('x'), input('bias')];
  return Float64Array.from({ length: m }, (_, row) => {
    let sum = parameters.bias === true ? (added[row] as number) : 0;
    for (let i = 0; i < k; i++) sum += (a[row * k + i] as number) * (x[i] as number);
    return activate(String(parameters.activation), sum);
  });
};

const shapes = fc.record({
  m: fc.oneof(fc.constantFrom(1, 2, 3, 13, 61, 127, 257), fc.integer({ min: 1, max: 300 })),
  k: fc.oneof(
    fc.constantFrom(1, 2, 3, 7, 31, 127, 521, 1031),
    fc.integer({ min: 1, max: 300 }).map((x) => 4 * x),
  ),
  type: fc.constantFrom('f32', 'f16'),
  bias: fc.boolean(),
  activation: fc.constantFrom(...activations),
});

describeOnAdapter('matvec on a device', (adapter) => {
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
      let right = 0;
      await fc.assert(
        fc.asyncProperty(shapes, fc.nat(1000), async (sizes, seed) => {
          if (sizes.type === 'f16' && !device.info.limits.has_f16) return;
          const configurations = thoroughness.configurations(2);
          const { kernel, workload } = operatorWorkload('matvec', sizes);
          const task = { device, kernel, workload, definition: product, configurations, seed };
          const checked = await checkOperator(task);
          expect(checked.faults).toEqual([]);
          right += checked.right;
        }),
        { seed: 7, numRuns: thoroughness.shapes(4), endOnFailure: true },
      );
      thoroughness.report('matvec', right);
    },
    thoroughness.timeoutMs,
  );

  it.each<Configuration>([
    { REDUCE: 'subgroups', GROUP_K: 16, ROWS: 2 },
    { REDUCE: 'subgroups', GROUP_K: 64, GROUP_ROWS: 2, STAGE_X: true, VECTOR: 4, UNROLL: 2 },
    { REDUCE: 'serial', GROUP_K: 4, ROWS: 8, VECTOR: 2, STAGE_X: true },
    { REDUCE: 'tree', GROUP_K: 128, GROUP_ROWS: 1, UNROLL: 1, VECTOR: 4 },
  ])('is right with %o', async (changes) => {
    const { kernel, workload } = operatorWorkload('matvec', { m: 45, k: 260, bias: true });
    const configuration = { ...kernel.defaults, ...changes };
    const space = createKernelSpace(kernel, workload, device.info.limits);
    const point = space.point(configuration);
    // Subgroups may be missing, or too large.
    if (point === null || !space.isValid(point)) {
      expect(changes.REDUCE).toBe('subgroups');
      return;
    }
    const only = { device, kernel, workload, definition: product, configurations: 0, seed: 0 };
    const { faults, right } = await checkOperator({ ...only, also: [configuration], withDefault: false });
    expect(faults).toEqual([]);
    expect(right).toBe(2);
  });
});
