import { describe, inject, it } from 'vitest';
import { type DriverChoice, openWebgpuDevice, type WebgpuDeviceOptions } from '../../src/device/index.ts';
import type { Device, DeviceInfo } from '../../src/measure/index.ts';

/** The adapter that tests run on. */
export interface TestAdapter {
  readonly workerPath: string;
  readonly driver: DriverChoice;
  readonly info: DeviceInfo;
  /** A device in a fresh process. Close it. */
  open(options?: Partial<WebgpuDeviceOptions>): Promise<Device>;
}

/** A software driver compiles for a minute what it has unrolled, longer beside other tests. */
const patience = { prepareMs: 300_000, verifyMs: 300_000 };

/**
 * Specifies something on a real adapter. Without one the tests are skipped with a warning; in CI (`CI=true`) that is a
 * failure.
 */
export function describeOnAdapter(name: string, body: (adapter: TestAdapter) => void): void {
  const found = inject('adapter');
  if (!('problem' in found)) {
    const { workerPath, driver } = found;
    const open = ({ deadlines, ...options }: Partial<WebgpuDeviceOptions> = {}) =>
      openWebgpuDevice({ workerPath, driver, deadlines: { ...patience, ...deadlines }, ...options });
    describe(name, () => body({ ...found, open }));
    return;
  }
  const message = `NO ADAPTER, SO NOT TESTED: ${name}. ${found.problem}`;
  if (process.env.CI === 'true') {
    describe(name, () => {
      it('has an adapter to run on', () => {
        throw new Error(message);
      });
    });
    return;
  }
  console.warn(message);
  describe.skip(name, () => {
    it('needs an adapter', () => undefined);
  });
}
