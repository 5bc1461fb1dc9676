import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVariantBuilder, featureNames, type Variant } from '../../src/kernel/index.ts';
import { createKernelSpace, type DeviceLimits, type Workload } from '../../src/manifest/index.ts';
import type { Device } from '../../src/measure/index.ts';
import { type Configuration, configurationId } from '../../src/space/index.ts';
import { createRandom } from '../../src/stats/index.ts';
import { limits } from '../kernel/support.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { operatorKernel } from './support.ts';

const large: DeviceLimits = {
  ...limits,
  max_invocations: 1024,
  max_workgroup_size_x: 1024,
  max_workgroup_size_y: 1024,
  max_workgroup_storage: 49152,
};

function workloadOf(kernel: ReturnType<typeof operatorKernel>): Workload {
  return kernel.workloads[0] as Workload;
}

describe('the space of matmul', () => {
  it('is large for a large product', () => {
    const kernel = operatorKernel('matmul', [{ m: 1024, n: 1024, k: 1024 }]);
    expect(createKernelSpace(kernel, workloadOf(kernel), limits).count().value).toBeGreaterThan(1000);
    expect(createKernelSpace(kernel, workloadOf(kernel), large).count().value).toBeGreaterThan(2000);
  });

  it.each([
    { m: 512, n: 4096, k: 1024, type: 'f16' },
    { m: 1, n: 4096, k: 1024, type: 'f16' },
    { m: 4096, n: 1, k: 4096, type: 'f32' },
    { m: 7, n: 5, k: 3, type: 'f32' },
    { m: 262140, n: 16, k: 1, type: 'f16' },
  ])('has the default and something to choose for %o', (sizes) => {
    const kernel = operatorKernel('matmul', [sizes]);
    for (const device of [limits, large]) {
      const space = createKernelSpace(kernel, workloadOf(kernel), device);
      expect(space.count(20).value).toBe(20);
      const start = space.point(kernel.defaults);
      expect(start && space.isValid(start)).toBe(true);
    }
  });

  it('holds nothing that the builder refuses', async () => {
    for (const type of ['f32', 'f16']) {
      const kernel = operatorKernel('matmul', [{ m: 100, n: 256, k: 64, type }]);
      const workload = workloadOf(kernel);
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
    const kernel = operatorKernel('matmul', [{ m: 1, n: 64, k: 64 }]);
    const space = createKernelSpace(kernel, workloadOf(kernel), limits);
    for (const point of space.sample(createRandom(1), 20)) {
      const { GROUP_Y, ROWS } = space.configuration(point) as { GROUP_Y: number; ROWS: number };
      expect(GROUP_Y * ROWS).toBeLessThanOrEqual(16);
    }
  });
});

describe('the features of matmul', () => {
  const featuresOf = async (configuration: Configuration, sizes = { m: 256, n: 256, k: 64 }) => {
    const kernel = operatorKernel('matmul', [sizes]);
    const builder = createVariantBuilder({ kernel, workload: workloadOf(kernel), limits: large });
    const built = await builder.build({ ...kernel.defaults, ...configuration });
    if (!built.ok) throw new Error(built.failure.message);
    const vector = builder.features(built.value);
    return Object.fromEntries(featureNames.map((name, index) => [name, vector[index] as number]));
  };
  const plain = (value: number | undefined) => 2 ** (value ?? Number.NaN) - 1;

  it('are all known', async () => {
    expect(Object.entries(await featuresOf({})).filter(([, value]) => Number.isNaN(value))).toEqual([]);
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

describeOnAdapter('matmul on a device', (adapter) => {
  let device: Device;
  beforeAll(async () => {
    device = await adapter.open();
  });
  afterAll(async () => {
    await device.close();
  });

  it.each([
    { m: 32, n: 32, k: 32, type: 'f32' },
    { m: 33, n: 17, k: 29, type: 'f32' },
    { m: 40, n: 52, k: 36, type: 'f32' },
    { m: 1, n: 100, k: 64, type: 'f32' },
    { m: 65, n: 1, k: 17, type: 'f32' },
    { m: 19, n: 24, k: 12, type: 'f16' },
  ])('is right for %o in a sample of configurations', async (sizes) => {
    if (sizes.type === 'f16' && !device.info.limits.has_f16) return;
    const kernel = operatorKernel('matmul', [sizes]);
    const workload = workloadOf(kernel);
    const space = createKernelSpace(kernel, workload, device.info.limits);
    const builder = createVariantBuilder({ kernel, workload, limits: device.info.limits });
    const reference = await builder.reference();
    if (!reference.ok) throw new Error(reference.failure.message);
    // Large register tiles take a software adapter seconds to compile and show nothing that smaller ones do not.
    const configurations = space
      .stratified(createRandom(sizes.n), 40)
      .map((point) => space.configuration(point))
      .filter(({ ROWS, COLS }) => Number(ROWS) * Number(COLS) <= 8)
      .slice(0, 2);
    expect(configurations).toHaveLength(2);
    for (const configuration of [kernel.defaults, ...configurations]) {
      const built = await builder.build(configuration);
      if (!built.ok) throw new Error(built.failure.message);
      const verified = await device.verify(built.value satisfies Variant, reference.value);
      expect(verified, configurationId(configuration, kernel.tunables)).toEqual({ ok: true, value: null });
    }
  });
});
