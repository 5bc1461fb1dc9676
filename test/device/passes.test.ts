import { afterAll, beforeAll, expect, it } from 'vitest';
import { createVariantBuilder, type Outcome, type Variant } from '../../src/kernel/index.ts';
import type { KernelDefinition } from '../../src/manifest/index.ts';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { isFull } from '../support/full.ts';
import { passesExample, plantedFaults } from '../support/passes-example.ts';

function must<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.failure.kind}: ${outcome.failure.message}`);
  return outcome.value;
}

describeOnAdapter('kernels of several launches', (adapter) => {
  let device: Device;

  beforeAll(async () => {
    device = await adapter.open();
  });

  afterAll(async () => {
    await device.close();
  });

  const builderOf = (kernel: KernelDefinition) =>
    createVariantBuilder({ kernel, workload: kernel.workloads[0]!, limits: device.info.limits });
  const reset: [Variant, Variant][] = [];

  it.each(passesExample().map((kernel) => [kernel.name, kernel] as const))(
    '%s: computes what its reference does, whatever ran before',
    async (_, kernel) => {
      const builder = builderOf(kernel);
      const reference = must(await builder.reference());
      const [tunable, ...others] = kernel.tunables;
      for (const value of isFull
        ? (tunable?.values ?? [])
        : [tunable!.values[0]!, kernel.defaults[tunable!.name]!]) {
        const last = Object.fromEntries(others.map(({ name, values }) => [name, values.at(-1)!]));
        const variant = must(await builder.build({ ...last, [tunable!.name]: value }));
        expect(await device.verify(variant, reference)).toEqual({ ok: true, value: null });
        reset.push([variant, reference]);
      }
    },
  );

  it.each(plantedFaults.filter((_, i) => isFull || i > 0))('%s: %s is found', async (name, _, from, to) => {
    const [kernel] = passesExample((text) => text.replace(from, to)).filter((one) => one.name === name);
    const builder = builderOf(kernel!);
    const faulty = must(await builder.build(kernel!.defaults));
    const reference = must(await builder.reference());
    const compared = await device.verify(faulty, reference);
    expect(compared).toMatchObject({
      ok: false,
      failure: { kind: expect.stringMatching(/wrong|number|unwritten|out-of-range/) },
    });
  });

  it('are not launched in silence with a size that is none', async () => {
    const sizeOf = async (size: string) => {
      const [kernel] = passesExample((text) => text.replace(/size\[0\] = .*;/, `size[0] = ${size};`)).filter(
        ({ name }) => name === 'worklist',
      );
      const builder = builderOf({ ...kernel!, reference: null });
      const variant = must(await builder.build(kernel!.defaults));
      return device.verify(variant, variant);
    };
    expect(await sizeOf('100000u')).toMatchObject({
      ok: false,
      failure: {
        kind: 'validation',
        message: expect.stringContaining('pass `work` is to be launched with 100000 x 1 x 1 workgroups'),
      },
    });
    expect(await sizeOf('0u')).toMatchObject({
      ok: true,
      value: [
        'pass `work` had nothing to do: 0 x 1 x 1 workgroups',
        expect.stringContaining('all elements are 0'),
      ],
    });
  });

  it('are timed together, and each pass apart', async () => {
    for (const kernel of passesExample()) {
      const variant = must(await builderOf(kernel).build(kernel.defaults));
      const { samplesMs } = must(await device.time(variant, { samples: 3, minSampleMs: 1, maxMs: 200 }));
      expect(samplesMs.every((ms) => ms > 0)).toBe(true);
      const apart = must((await device.timePasses?.(variant, 100)) ?? { ok: true, value: null });
      if (!device.info.timestamps) expect(apart).toBeNull();
      else {
        expect(apart?.map(({ name }) => name)).toEqual(kernel.passes.map(({ name }) => name));
        expect(apart?.every(({ latencyMs }) => latencyMs >= 0)).toBe(true);
      }
      const { completions } = must(await device.run(variant, 20));
      expect(completions.at(-1)?.launches).toBeGreaterThan(0);
    }
    for (const [variant, reference] of reset.slice(0, 4)) {
      expect(await device.verify(variant, reference)).toMatchObject({ ok: true });
    }
  });
});
