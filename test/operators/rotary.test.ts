import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { expectRightForShapes } from './properties.ts';
import { type Definition, fewElements, thoroughness } from './support.ts';

/** Every pair times the complex number cos + i sin of its token's position. */
const definition: Definition = (input, { parameters }) => {
  const number = (name: string) => Number(parameters[name]);
  const size = number('head_size');
  const turned = number('rotary_size') || size;
  const [x, cosines, sines, positions] = ['x', 'cosines', 'sines', 'position_ids'].map(input) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const y = Float64Array.from(x);
  for (let head = 0; head < x.length / size; head++) {
    const position = positions[Math.floor(head / number('heads'))] as number;
    for (let pair = 0; pair < turned / 2; pair++) {
      const [cosine, sine] = [cosines, sines].map(
        (table) => table[(position * turned) / 2 + pair] as number,
      ) as [number, number];
      const isNeighbours = parameters.pairs === 'neighbours';
      const left = head * size + (isNeighbours ? 2 * pair : pair);
      const right = left + (isNeighbours ? 1 : turned / 2);
      y[left] = (x[left] as number) * cosine - (x[right] as number) * sine;
      y[right] = (x[right] as number) * cosine + (x[left] as number) * sine;
    }
  }
  return y;
};

const workloads = fc
  .record({
    tokens: fc.constantFrom(1, 2, 7, 13, 32),
    heads: fc.constantFrom(1, 3, 8),
    head_size: fc.constantFrom(2, 6, 32, 64, 80, 128),
    positions: fc.constantFrom(1, 5, 40),
    part: fc.constantFrom(0, 0, 0.5),
    pairs: fc.constantFrom('halves', 'neighbours'),
  })
  .map(({ part, ...sizes }) => ({ ...sizes, rotary_size: 2 * Math.floor((part * sizes.head_size) / 2) }))
  .filter(({ tokens, heads, head_size }) => fewElements(tokens * heads * head_size));

describeOnAdapter('rotary on a device', (adapter) => {
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
      await expectRightForShapes({ device, operator: 'rotary', definition, workloads, seed: 2, few: true });
    },
    thoroughness.timeoutMs,
  );
});
