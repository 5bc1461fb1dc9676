import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { activate, activations } from './activation.ts';
import { expectRightForShapes } from './properties.ts';
import { type Definition, fewElements, thoroughness } from './support.ts';

const definition: Definition = (input, { parameters }) => {
  const number = (name: string) => Number(parameters[name]);
  const [positions, channels, groups] = [number('positions'), number('channels'), number('groups')];
  const [x, gamma, beta] = ['x', 'gamma', 'beta'].map(input) as [Float64Array, Float64Array, Float64Array];
  const rowOf = (at: number) =>
    Math.floor(at / channels / positions) * groups + Math.floor((at % channels) / (channels / groups));
  const count = (positions * channels) / groups;
  const totals = (term: (value: number, row: number) => number) => {
    const sums = new Float64Array(number('batch') * groups);
    for (const [at, value] of x.entries())
      sums[rowOf(at)] = (sums[rowOf(at)] as number) + term(value, rowOf(at));
    return sums.map((sum) => sum / count);
  };
  const means = totals((value) => value);
  const variances = totals((value, row) => (value - (means[row] as number)) ** 2);
  return x.map((value, at) => {
    const root = Math.sqrt((variances[rowOf(at)] as number) + number('epsilon'));
    const normal = (value - (means[rowOf(at)] as number)) / root;
    const scaled = normal * (gamma[at % channels] as number) + (beta[at % channels] as number);
    return activate(String(parameters.activation), scaled);
  });
};

const workloads = fc
  .record({
    positions: fc.constantFrom(1, 4, 13, 49, 196),
    groups: fc.constantFrom(1, 2, 3, 8),
    width: fc.constantFrom(1, 3, 4, 8, 10),
    batch: fc.constantFrom(1, 1, 2),
    activation: fc.constantFrom(...activations),
  })
  .map(({ width, ...sizes }) => ({ ...sizes, channels: width * sizes.groups }))
  .filter(({ positions, channels, batch }) => fewElements(batch * positions * channels));

describeOnAdapter('group-norm on a device', (adapter) => {
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
        device,
        operator: 'group-norm',
        definition,
        workloads,
        seed: 2,
        few: true,
      });
    },
    thoroughness.timeoutMs,
  );
});
