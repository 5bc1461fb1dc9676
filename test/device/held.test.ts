import { expect, it } from 'vitest';
import { describeOnAdapter } from '../support/adapter.ts';
import { openWatchedDevice } from '../support/watched-worker.ts';
import { variantOf } from './programs.ts';

describeOnAdapter('a GPU process', (adapter) => {
  it('holds few pipelines and no responses after hundreds of programs', async () => {
    const { device, held } = await openWatchedDevice(adapter);
    const programs = 240;
    for (let n = 1; n <= programs; n++) {
      expect(await device.prepare(variantOf(`different-${n}`, `o[i] = a[i] + ${n}.0;`))).toMatchObject({
        ok: true,
      });
    }
    const { pipelines, responses } = await held();
    await device.close();
    // 128 that are kept, and up to 32 that are given up together.
    expect(pipelines).toBeLessThanOrEqual(162);
    expect(responses).toBeLessThanOrEqual(2);
  });
});
