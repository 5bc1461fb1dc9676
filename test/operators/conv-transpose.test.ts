import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { activate, activations } from './activation.ts';
import { expectRightForShapes } from './properties.ts';
import { type Definition, fewElements, thoroughness } from './support.ts';

/** The kernel, times every pixel, laid into the result; then what is cut off. */
const definition: Definition = (input, { parameters }) => {
  const number = (name: string) => Number(parameters[name]);
  const [height, width, channels, filters] = ['height', 'width', 'channels', 'filters'].map(number) as [
    number,
    number,
    number,
    number,
  ];
  const [kernelHeight, kernelWidth, stride] = [
    number('kernel_height'),
    number('kernel_width'),
    number('stride'),
  ];
  const strideWidth = number('stride_width') || stride;
  const [top, left, extra] = [number('padding_height'), number('padding_width'), number('padding_extra')];
  const outHeight = (height - 1) * stride + kernelHeight + extra - 2 * top;
  const outWidth = (width - 1) * strideWidth + kernelWidth + extra - 2 * left;
  const [image, weights, added] = ['image', 'weights', 'bias'].map(input) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const result = new Float64Array(number('batch') * outHeight * outWidth * filters);
  for (const [at, value] of image.entries()) {
    const pixel = Math.floor(at / channels);
    const line = Math.floor(pixel / width);
    for (let tap = 0; tap < kernelHeight * kernelWidth; tap++) {
      const y = (line % height) * stride + Math.floor(tap / kernelWidth) - top;
      const x = (pixel % width) * strideWidth + (tap % kernelWidth) - left;
      if (y < 0 || y >= outHeight || x < 0 || x >= outWidth) continue;
      const place = ((Math.floor(line / height) * outHeight + y) * outWidth + x) * filters;
      for (let filter = 0; filter < filters; filter++)
        result[place + filter] =
          (result[place + filter] as number) +
          value * (weights[(tap * channels + (at % channels)) * filters + filter] as number);
    }
  }
  return result.map((sum, at) =>
    activate(String(parameters.activation), sum + (parameters.bias ? (added[at % filters] as number) : 0)),
  );
};

const workloads = fc
  .record({
    height: fc.constantFrom(1, 3, 5, 8),
    width: fc.constantFrom(1, 2, 7, 8),
    channels: fc.constantFrom(1, 3, 4, 8, 13),
    filters: fc.constantFrom(1, 3, 4, 8, 17),
    kernel_height: fc.constantFrom(1, 2, 3, 4),
    kernel_width: fc.constantFrom(1, 2, 3),
    stride: fc.constantFrom(1, 2, 2, 3),
    stride_width: fc.constantFrom(0, 0, 1, 2),
    padding_height: fc.constantFrom(0, 0, 1),
    padding_width: fc.constantFrom(0, 0, 1),
    padding_extra: fc.constantFrom(0, 0, 1),
    batch: fc.constantFrom(1, 1, 2),
    bias: fc.boolean(),
    activation: fc.constantFrom(...activations),
  })
  .filter((sizes) => {
    const { height, width, kernel_height, kernel_width, stride, stride_width, padding_extra, batch } = sizes;
    const rows = (height - 1) * stride + kernel_height + padding_extra - 2 * sizes.padding_height;
    const columns =
      (width - 1) * (stride_width || stride) + kernel_width + padding_extra - 2 * sizes.padding_width;
    return rows > 0 && columns > 0 && fewElements(batch * rows * columns * sizes.filters);
  });

/** Large register tiles take a software adapter seconds to compile and show nothing that smaller ones do not. */
const slow = ({ ROWS, COLS }: Configuration) => Number(ROWS) * Number(COLS) > 8;

describeOnAdapter('conv-transpose on a device', (adapter) => {
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
      await expectRightForShapes({
        ...{ device, operator: 'conv-transpose', definition, workloads, seed: 2, few: true, slow },
      });
    },
    thoroughness.timeoutMs,
  );
});
