import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { expectRightForShapes } from './properties.ts';
import { type Definition, fewElements, thoroughness } from './support.ts';

const definition: Definition = (input, { parameters }) => {
  const number = (name: string) => Number(parameters[name]);
  const [height, width, channels] = [number('height'), number('width'), number('channels')];
  const [kernelHeight, kernelWidth] = [number('kernel_height'), number('kernel_width')];
  const strideWidth = number('stride_width') || number('stride');
  const outOf = (size: number, kernel: number, padding: number, stride: number) =>
    Math.floor((size + 2 * padding + number('padding_extra') - kernel) / stride) + 1;
  const outHeight = outOf(height, kernelHeight, number('padding_height'), number('stride'));
  const outWidth = outOf(width, kernelWidth, number('padding_width'), strideWidth);
  const image = input('image');
  const result: number[] = [];
  for (let b = 0; b < number('batch'); b++)
    for (let row = 0; row < outHeight; row++)
      for (let column = 0; column < outWidth; column++)
        for (let channel = 0; channel < channels; channel++) {
          const pixels: number[] = [];
          for (let tap = 0; tap < kernelHeight * kernelWidth; tap++) {
            const y = row * number('stride') + Math.floor(tap / kernelWidth) - number('padding_height');
            const x = column * strideWidth + (tap % kernelWidth) - number('padding_width');
            if (y >= 0 && y < height && x >= 0 && x < width)
              pixels.push(image[((b * height + y) * width + x) * channels + channel] as number);
          }
          const count = parameters.count_padding ? kernelHeight * kernelWidth : pixels.length;
          result.push(
            parameters.op === 'max'
              ? Math.max(...pixels)
              : pixels.reduce((sum, pixel) => sum + pixel, 0) / count,
          );
        }
  return Float64Array.from(result);
};

const workloads = fc
  .record({
    height: fc.constantFrom(1, 4, 7, 12),
    width: fc.constantFrom(1, 5, 8, 13),
    channels: fc.constantFrom(1, 3, 4, 8, 21),
    kernel_height: fc.constantFrom(1, 2, 3),
    kernel_width: fc.constantFrom(1, 2, 4),
    stride: fc.constantFrom(1, 2, 3),
    stride_width: fc.constantFrom(0, 1, 2),
    padding_height: fc.constantFrom(0, 0, 1),
    padding_width: fc.constantFrom(0, 0, 1),
    padding_extra: fc.constantFrom(0, 0, 1),
    batch: fc.constantFrom(1, 1, 2),
    op: fc.constantFrom('max', 'average'),
    count_padding: fc.boolean(),
  })
  .map((sizes) => ({ ...sizes, count_padding: sizes.op === 'average' && sizes.count_padding }))
  .filter((sizes) => {
    const { padding_height, padding_width, padding_extra, kernel_height, kernel_width } = sizes;
    const { height, width, batch, channels } = sizes;
    return (
      padding_height + padding_extra < kernel_height &&
      padding_width + padding_extra < kernel_width &&
      height + 2 * padding_height + padding_extra >= kernel_height &&
      width + 2 * padding_width + padding_extra >= kernel_width &&
      fewElements(batch * (height + 3) * (width + 3) * channels)
    );
  });

describeOnAdapter('pool2d on a device', (adapter) => {
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
      await expectRightForShapes({ device, operator: 'pool2d', definition, workloads, seed: 2, few: true });
    },
    thoroughness.timeoutMs,
  );
});
