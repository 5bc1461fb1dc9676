import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVariantBuilder, featureNames } from '../../src/kernel/index.ts';
import { createKernelSpace } from '../../src/manifest/index.ts';
import type { Device } from '../../src/measure/index.ts';
import { type Configuration, configurationId } from '../../src/space/index.ts';
import { createRandom } from '../../src/stats/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { itInFull } from '../support/full.ts';
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

/** Square images, kernels and padding. */
function square(size: number, kernel: number, padding: number) {
  return {
    height: size,
    width: size,
    kernel_height: kernel,
    kernel_width: kernel,
    padding_height: padding,
    padding_width: padding,
  };
}

describe('the space of conv2d', () => {
  // The kinds of layers of ResNet-50, and of MobileNet.
  it.each<Sizes>([
    { ...square(224, 7, 3), channels: 3, filters: 64, stride: 2, bias: true, activation: 'relu' },
    { ...square(56, 1, 0), channels: 64, filters: 256, batch: 8, type: 'f16' },
    { ...square(56, 3, 1), channels: 128, filters: 128, stride: 2 },
    { ...square(14, 3, 1), channels: 256, filters: 256 },
    { ...square(7, 1, 0), channels: 512, filters: 2048 },
    { ...square(112, 3, 0), channels: 64, filters: 64, groups: 64, stride: 2, padding_extra: 1 },
  ])('has the default and more than a thousand others for %o on every device', (sizes) => {
    const { kernel, workload } = operatorWorkload('conv2d', sizes);
    for (const device of [lowestLimits, largeLimits]) {
      const space = createKernelSpace(kernel, workload, device);
      const start = space.point(kernel.defaults);
      expect(start && space.isValid(start)).toBe(true);
      expect(space.count(1001).value).toBe(1001);
    }
  });

  it('holds at most a million configurations', () => {
    const sizes = { ...square(56, 1, 0), channels: 64, filters: 256, batch: 8, type: 'f16' };
    const { kernel, workload } = operatorWorkload('conv2d', sizes);
    expect(createKernelSpace(kernel, workload, lowestLimits).count(1_000_001).exact).toBe(true);
  });

  it.each<Sizes>([
    { ...square(1, 1, 0), channels: 1, filters: 1 },
    { ...square(5, 5, 0), channels: 7, filters: 3 },
    { ...square(2, 3, 2), channels: 2, filters: 6, groups: 2, dilation: 2, type: 'f16' },
  ])('has the default and something to choose for %o', (sizes) => {
    const { kernel, workload } = operatorWorkload('conv2d', sizes);
    const space = createKernelSpace(kernel, workload, lowestLimits);
    const start = space.point(kernel.defaults);
    expect(start && space.isValid(start)).toBe(true);
    expect(space.count(20).value).toBe(20);
  });

  it.each<[string, Sizes]>([
    ['channels % groups == 0', { ...square(8, 3, 1), channels: 6, filters: 8, groups: 4 }],
    ['dilation * (kernel_height - 1)', { ...square(4, 3, 0), channels: 4, filters: 4, dilation: 2 }],
  ])('refuses what is no convolution: %s', (constraint, sizes) => {
    expect(() => operatorWorkload('conv2d', sizes)).toThrow(constraint);
  });

  itInFull('holds nothing that the builder refuses', async () => {
    for (const sizes of [
      { ...square(12, 3, 1), channels: 16, filters: 24, groups: 2, type: 'f16', bias: true },
      { ...square(12, 5, 2), channels: 24, filters: 24, groups: 24, batch: 2 },
    ]) {
      const limits = { ...lowestLimits, has_f16: true };
      const { kernel, workload } = operatorWorkload('conv2d', sizes);
      const space = createKernelSpace(kernel, workload, limits);
      const builder = createVariantBuilder({ kernel, workload, limits });
      for (const point of space.sample(createRandom(5), 40)) {
        const configuration = space.configuration(point);
        const built = await builder.build(configuration);
        expect(built.ok ? null : built.failure, configurationId(configuration, kernel.tunables)).toBeNull();
      }
    }
  });
});

describe('the features of conv2d', () => {
  const flopsOf = async (sizes: Sizes, changes: Configuration) => {
    const { kernel, workload } = operatorWorkload('conv2d', sizes);
    const builder = createVariantBuilder({ kernel, workload, limits: largeLimits });
    const built = await builder.build({ ...kernel.defaults, ...changes });
    if (!built.ok) throw new Error(built.failure.message);
    const vector = builder.features(built.value);
    return 2 ** (vector[featureNames.indexOf('totalFlops')] as number) - 1;
  };

  it('count the products of the definition, in every algorithm', async () => {
    const dense = { ...square(16, 3, 1), channels: 32, filters: 32 };
    const products = 16 * 16 * 32 * 32 * 9;
    expect(await flopsOf(dense, {})).toBeCloseTo(2 * products, 0);
    expect(await flopsOf(dense, { ALGORITHM: 'direct' })).toBeCloseTo(2 * products, 0);
    expect(await flopsOf({ ...dense, groups: 32 }, {})).toBeCloseTo((2 * products) / 32, 0);
  });
});

/** The convolution as it is defined: every output element looks at every tap, outside of the image there are zeros. */
const convolution: Definition = (input, { parameters }) => {
  const number = (name: string) => Number(parameters[name]);
  const [height, width, channels, filters] = ['height', 'width', 'channels', 'filters'].map(number) as [
    number,
    number,
    number,
    number,
  ];
  const [stride, dilation, extra, groups] = [
    number('stride'),
    number('dilation'),
    number('padding_extra'),
    number('groups'),
  ];
  const [strideWidth, dilationWidth] = [
    number('stride_width') || stride,
    number('dilation_width') || dilation,
  ];
  const outOf = (padded: number, reach: number, step: number) =>
    Math.floor((padded + extra - reach - 1) / step) + 1;
  const outHeight = outOf(
    height + 2 * number('padding_height'),
    dilation * (number('kernel_height') - 1),
    stride,
  );
  const outWidth = outOf(
    width + 2 * number('padding_width'),
    dilationWidth * (number('kernel_width') - 1),
    strideWidth,
  );
  const [image, weights, added] = [input('image'), input('weights'), input('bias')];
  const depth = channels / groups;
  const result: number[] = [];
  for (let b = 0; b < number('batch'); b++) {
    for (let row = 0; row < outHeight; row++) {
      for (let column = 0; column < outWidth; column++) {
        for (let filter = 0; filter < filters; filter++) {
          let sum = parameters.bias === true ? (added[filter] as number) : 0;
          const firstChannel = Math.floor(filter / (filters / groups)) * depth;
          for (let tap = 0; tap < number('kernel_height') * number('kernel_width'); tap++) {
            const tapRow = Math.floor(tap / number('kernel_width'));
            const y = row * stride + tapRow * dilation - number('padding_height');
            const x =
              column * strideWidth + (tap % number('kernel_width')) * dilationWidth - number('padding_width');
            if (y < 0 || y >= height || x < 0 || x >= width) continue;
            for (let c = 0; c < depth; c++) {
              const pixel = image[((b * height + y) * width + x) * channels + firstChannel + c] as number;
              sum += pixel * (weights[(tap * depth + c) * filters + filter] as number);
            }
          }
          result.push(activate(String(parameters.activation), sum));
        }
      }
    }
  }
  return Float64Array.from(result);
};

const shapes = fc
  .record({
    height: fc.integer({ min: 1, max: 12 }),
    width: fc.constantFrom(1, 2, 5, 8, 11, 13),
    kernel_height: fc.constantFrom(1, 2, 3, 5),
    kernel_width: fc.constantFrom(1, 3, 3, 4),
    stride: fc.constantFrom(1, 1, 2, 3),
    stride_width: fc.constantFrom(0, 0, 1, 2),
    padding_height: fc.integer({ min: 0, max: 2 }),
    padding_width: fc.integer({ min: 0, max: 2 }),
    padding_extra: fc.constantFrom(0, 0, 1),
    dilation: fc.constantFrom(1, 1, 2),
    dilation_width: fc.constantFrom(0, 0, 1, 3),
    groups: fc.constantFrom(1, 1, 2, 3, 8),
    depth: fc.constantFrom(1, 3, 4, 5, 8, 16),
    fan: fc.constantFrom(1, 2, 4, 7, 12),
    isDepthwise: fc.constantFrom(false, false, true),
    batch: fc.constantFrom(1, 1, 2),
    type: fc.constantFrom('f32', 'f16'),
    bias: fc.boolean(),
    activation: fc.constantFrom(...activations),
  })
  .map(({ depth, fan, isDepthwise, ...rest }) => {
    // A depthwise convolution has as many groups as channels and filters.
    const groups = isDepthwise ? depth * fan : rest.groups;
    const channels = isDepthwise ? groups : groups * depth;
    return { ...rest, groups, channels, filters: isDepthwise ? groups : groups * fan };
  })
  .filter(
    ({
      height,
      width,
      kernel_height,
      kernel_width,
      padding_height,
      padding_width,
      padding_extra,
      dilation,
      dilation_width,
    }) =>
      height + 2 * padding_height + padding_extra > dilation * (kernel_height - 1) &&
      width + 2 * padding_width + padding_extra > (dilation_width || dilation) * (kernel_width - 1),
  )
  .filter(({ height, width, batch, filters }) => fewElements(batch * (height + 5) * (width + 5) * filters));

describeOnAdapter('conv2d on a device', (adapter) => {
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
          const { kernel, workload } = operatorWorkload('conv2d', sizes);
          const configurations = thoroughness.configurations(1);
          // Large register tiles take a software adapter seconds to compile and show nothing that smaller ones do not.
          const skip = ({ ROWS, COLS }: Configuration) =>
            thoroughness.isQuick && Number(ROWS) * Number(COLS) > 8;
          const task = { device, kernel, workload, definition: convolution, configurations, seed, skip };
          const checked = await checkOperator({ ...task, withDefault: !thoroughness.isQuick });
          expect(checked.faults).toEqual([]);
          right += checked.right;
        }),
        { seed: 7, numRuns: thoroughness.shapes(4), endOnFailure: true },
      );
      thoroughness.report('conv2d', right);
    },
    thoroughness.timeoutMs,
  );

  const dense = { ...square(9, 3, 1), channels: 8, filters: 12 };
  it.each<[Sizes, Configuration]>([
    [{ ...dense, stride: 2, stride_width: 1, dilation: 1, dilation_width: 2 }, {}],
    [
      { ...dense, stride: 2, padding_extra: 1 },
      { ALGORITHM: 'direct', VECTOR: 4, GROUP_X: 4 },
    ],
    [
      { ...dense, groups: 2, dilation: 2 },
      { VECTOR: 2, COLS: 2, ROWS: 2, PREFETCH: true, DOUBLE_BUFFER: true },
    ],
    [
      { ...dense, filters: 8, groups: 8, type: 'f16', bias: true },
      { VECTOR: 4, ROWS: 2, GROUP_X: 4 },
    ],
  ])('is right for %o with %o', async (sizes, changes) => {
    if (sizes.type === 'f16' && !device.info.limits.has_f16) return;
    const { kernel, workload } = operatorWorkload('conv2d', sizes);
    const configuration = { ...kernel.defaults, ...changes };
    const space = createKernelSpace(kernel, workload, device.info.limits);
    const point = space.point(configuration);
    expect(point && space.isValid(point)).toBe(true);
    const only = { device, kernel, workload, definition: convolution, configurations: 0, seed: 0 };
    const { faults, right } = await checkOperator({ ...only, also: [configuration], withDefault: false });
    expect(faults).toEqual([]);
    expect(right).toBe(2);
  });
});
