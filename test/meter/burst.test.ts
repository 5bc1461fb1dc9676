import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { openMeter } from '../../src/meter/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { adapterOf, HwmonTree } from './hwmon-tree.ts';

let tree: HwmonTree;
beforeEach(() => {
  tree = new HwmonTree();
});
afterEach(() => tree.remove());

describeOnAdapter('the load that tells sensors apart, on a real adapter', (adapter) => {
  it('runs', async () => {
    for (const bus of ['0000:0a:00.0', '0000:0b:00.0']) {
      tree.addCard(bus, { name: 'amdgpu', power1_average: '20000000' });
    }
    const device = await adapter.open();
    const outcomes: string[] = [];
    const run: Device['run'] = async (variant, durationMs) => {
      const outcome = await device.run(variant, durationMs);
      outcomes.push(outcome.ok ? 'ran' : outcome.failure.message);
      // One is enough to see that it does.
      return { ok: false, failure: { kind: 'unsupported', message: 'that was enough' } };
    };
    try {
      await expect(
        openMeter({
          choice: 'amdgpu',
          device: { info: adapterOf('amd', 'Radeon'), run },
          sysfsFolder: tree.folder,
          time: tree.time,
        }),
      ).rejects.toMatchObject({ code: 'ambiguous-sensor' });
      expect(outcomes).toEqual(['ran']);
    } finally {
      await device.close();
    }
  });
});
