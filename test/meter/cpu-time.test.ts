import { expect, it } from 'vitest';
import { openMeter } from '../../src/meter/index.ts';
import { laborious } from '../device/programs.ts';
import { describeOnAdapter } from '../support/adapter.ts';

describeOnAdapter('the CPU time meter on a real adapter', (adapter) => {
  it.skipIf(!adapter.info.software)('reads more joules for more work, never going back', async () => {
    const device = await adapter.open();
    try {
      const { meter } = await openMeter({ choice: 'auto', device });
      const perLaunch = async (loops: number) => {
        const session = await meter?.start();
        const outcome = await device.run(laborious(loops), 150);
        if (!outcome.ok) throw new Error(outcome.failure.message);
        const readings = (await session?.stop(outcome.value)) ?? [];
        const joules = readings.map((reading) => reading.joules);
        expect(joules).toEqual([...joules].sort((a, b) => a - b));
        const launches = outcome.value.completions.at(-1)?.launches ?? 0;
        return ((joules.at(-1) ?? 0) - (joules[0] ?? 0)) / launches;
      };
      expect((await perLaunch(20_000)) / (await perLaunch(1000))).toBeGreaterThan(4);
    } finally {
      await device.close();
    }
  });
});
