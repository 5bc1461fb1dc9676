import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { builderOf, configurationsOf, kernelOf, revisions } from './project.ts';

describeOnAdapter('the demo on an adapter', (adapter) => {
  let device: Device;

  beforeAll(async () => {
    device = await adapter.open();
  });

  afterAll(async () => {
    await device.close();
  });

  const cases = (['base', 'head'] as const).flatMap((revision) =>
    revisions[revision].manifest!.kernels.map((kernel) => [revision, kernel.name] as const),
  );

  it.each(cases)('%s computes %s as its reference does', async (revision, name) => {
    const kernel = kernelOf(revision, name);
    const { limits } = adapter.info;
    const builder = builderOf(kernel, limits);
    const reference = await builder.reference();
    if (!reference.ok) throw new Error(reference.failure.message);
    const space = configurationsOf(kernel, limits);
    for (const configuration of [kernel.defaults, space[0]!, space.at(-1)!]) {
      const variant = await builder.build(configuration);
      if (!variant.ok) throw new Error(variant.failure.message);
      expect(await device.verify(variant.value, reference.value), variant.value.id).toMatchObject({
        ok: true,
      });
    }
  });
});
