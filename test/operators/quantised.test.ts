import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVariantBuilder } from '../../src/kernel/index.ts';
import { createKernelSpace } from '../../src/manifest/index.ts';
import type { Device } from '../../src/measure/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { sampled } from '../support/full.ts';
import { activations } from './activation.ts';
import { expectRight, expectRightForShapes } from './properties.ts';
import { quantisedProduct as definition } from './quantised.ts';
import { fewElements, lowestLimits, operatorWorkload, type Sizes, thoroughness } from './support.ts';

const layouts = ['ort_q4_32', 'ort_q8_32', 'q4_0', 'q8_0', 'q4_k', 'mlc_q4f16'] as const;

/** Products of any layout: one token, primes, what no tile divides. */
const workloads: fc.Arbitrary<Sizes> = fc
  .record({
    m: fc.oneof(fc.constantFrom(1, 2, 3, 7), fc.integer({ min: 1, max: 40 })),
    n: fc.oneof(fc.constantFrom(1, 2, 5, 31, 64, 127), fc.integer({ min: 1, max: 160 })),
    blocks: fc.oneof(fc.constantFrom(1, 2, 3, 7, 13, 16), fc.integer({ min: 1, max: 24 })),
    layout: fc.constantFrom(...layouts),
    activations: fc.constantFrom('exact', 'int8'),
    bias: fc.boolean(),
    gated: fc.boolean(),
    activation: fc.constantFrom(...activations),
  })
  .filter(({ m, n }) => fewElements(m * n))
  .map(({ blocks, ...sizes }) => ({
    ...sizes,
    // Where x is rounded, a number halfway may go either way, which a product with another one would magnify.
    gated: sizes.gated && sizes.activations === 'exact',
    k: (sizes.layout === 'q4_k' ? 256 : 32) * Math.min(blocks, 12),
  }));

describe('products with quantised weights', () => {
  it.each(['qmatvec', 'qmatmul'])(
    '%s: the default is valid on every device, for every layout',
    (operator) => {
      for (const layout of layouts) {
        const { kernel, workload } = operatorWorkload(operator, {
          n: 1,
          k: 256,
          layout,
          ...(operator === 'qmatmul' ? { m: 1 } : {}),
        });
        const space = createKernelSpace(kernel, workload, lowestLimits);
        expect(space.isValid(space.point(kernel.defaults)!)).toBe(true);
      }
    },
  );

  it('takes no row that is not made of whole blocks', () => {
    expect(() => operatorWorkload('qmatvec', { n: 8, k: 128, layout: 'q4_k' })).toThrow('k % (layout ==');
  });

  it.each([
    ['ort_q4_32', 16],
    ['ort_q8_32', 32],
    ['q4_0', 18],
    ['q8_0', 34],
    ['q4_k', 18],
    ['mlc_q4f16', 16],
  ])('%s: 32 weights take %i bytes', async (layout, bytes) => {
    const { kernel, workload } = operatorWorkload('qmatvec', { n: 64, k: 512, layout });
    const built = await createVariantBuilder({ kernel, workload, limits: lowestLimits }).build(
      kernel.defaults,
    );
    const lengths =
      built.ok && built.value.program?.buffers.map(({ name, byteLength }) => [name, byteLength]);
    expect(Object.fromEntries(lengths || []).weights).toBe(((64 * 512) / 32) * bytes);
  });
});

describeOnAdapter('products with quantised weights on a device', (adapter) => {
  let device: Device;
  beforeAll(async () => {
    device = await adapter.open();
  });
  afterAll(async () => {
    await device.close();
  });

  const slow = ({ ROWS, TOKENS = 1 }: Configuration) => Number(ROWS) * Number(TOKENS) > 8;
  it.each(['qmatvec', 'qmatmul'])(
    '%s is right for any shape',
    async (operator) => {
      const own = workloads.map(({ m, ...sizes }) => ({
        ...sizes,
        ...(operator === 'qmatmul' ? { m: m as number } : {}),
      }));
      await expectRightForShapes({ device, operator, definition, workloads: own, seed: 6, slow, few: true });
    },
    thoroughness.timeoutMs,
  );

  const cases = layouts.flatMap((layout) =>
    ['exact', 'int8'].map((rounding) => ({ layout, activations: rounding })),
  );
  // Each takes several programs, of which some compile for ten seconds.
  it.each(sampled(sampled(cases)))('is right for %o, a row of odd length and two of x', async (sizes) => {
    const k = sizes.layout === 'q4_k' ? 768 : 96;
    const configurations = [
      { LANES: 2, ROWS: 1, TOKENS: 2 },
      { LANES: 4, GROUP_ROWS: 4, ROWS: 2, TOKENS: 4, COMBINE: 'flat' },
      ...(['q4_0', 'q8_0'].includes(sizes.layout) ? [] : [{ LOAD: 4 }]),
    ];
    const all = { m: 3, n: 7, k, gated: true, bias: true, activation: 'silu', ...sizes };
    await expectRight({
      ...{ device, operator: 'qmatmul', definition, sizes: all },
      configurations: sampled(configurations),
    });
  });
});
