import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { expectRightForShapes } from './properties.ts';
import { type Definition, fewElements, thoroughness } from './support.ts';

/** Where row or column `at` of the result lies in the image. */
function sourceOf(at: number, size: number, outSize: number, coordinates: unknown): number {
  const scale = size / outSize;
  const place =
    coordinates === 'half_pixel'
      ? ((2 * at + 1) * scale - 1) / 2
      : coordinates === 'asymmetric'
        ? at * scale
        : outSize === 1
          ? 0
          : (at * (size - 1)) / (outSize - 1);
  return Math.min(Math.max(place, 0), size - 1);
}

const definition: Definition = (input, { parameters }) => {
  const number = (name: string) => Number(parameters[name]);
  const [height, width, channels] = [number('height'), number('width'), number('channels')];
  const [outHeight, outWidth] = [number('out_height'), number('out_width')];
  const image = input('image');
  const result: number[] = [];
  for (let b = 0; b < number('batch'); b++)
    for (let row = 0; row < outHeight; row++)
      for (let column = 0; column < outWidth; column++)
        for (let channel = 0; channel < channels; channel++) {
          const pixel = (y: number, x: number) =>
            image[
              ((b * height + Math.min(y, height - 1)) * width + Math.min(x, width - 1)) * channels + channel
            ] as number;
          const y = sourceOf(row, height, outHeight, parameters.coordinates);
          const x = sourceOf(column, width, outWidth, parameters.coordinates);
          const [top, left] = [Math.floor(y), Math.floor(x)];
          const along = (line: number) =>
            pixel(line, left) * (1 - (x - left)) + pixel(line, left + 1) * (x - left);
          result.push(
            parameters.mode === 'nearest'
              ? pixel(Math.ceil(y - 0.5), Math.ceil(x - 0.5))
              : along(top) * (1 - (y - top)) + along(top + 1) * (y - top),
          );
        }
  return Float64Array.from(result);
};

const size = fc.constantFrom(1, 2, 3, 5, 8, 13, 16);
const workloads = fc
  .record({
    height: size,
    width: size,
    // Powers of two apart, so that places between pixels are exact here and there.
    up: fc.constantFrom(0.25, 0.5, 1, 2, 4),
    right: fc.constantFrom(0.5, 1, 2),
    channels: fc.constantFrom(1, 3, 4, 8, 21),
    batch: fc.constantFrom(1, 1, 2),
    mode: fc.constantFrom('nearest', 'bilinear'),
    coordinates: fc.constantFrom('half_pixel', 'asymmetric', 'align_corners'),
  })
  .map(({ up, right, ...sizes }) => ({
    ...sizes,
    out_height: Math.ceil(up * sizes.height),
    out_width: Math.ceil(right * sizes.width),
  }))
  // A place halfway between two pixels rounds either way if it is a fraction that no binary number is.
  .filter(({ mode, coordinates }) => mode !== 'nearest' || coordinates !== 'align_corners')
  .filter(({ out_height, out_width, channels, batch }) =>
    fewElements(batch * out_height * out_width * channels),
  );

describeOnAdapter('resize on a device', (adapter) => {
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
      await expectRightForShapes({ device, operator: 'resize', definition, workloads, seed: 2, few: true });
    },
    thoroughness.timeoutMs,
  );
});
