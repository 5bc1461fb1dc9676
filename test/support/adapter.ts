import { join } from 'node:path';
import { describe, it } from 'vitest';
import {
  type DriverChoice,
  findDriver,
  openWebgpuDevice,
  type WebgpuDeviceOptions,
} from '../../src/device/index.ts';
import { JoulegateError } from '../../src/errors/index.ts';
import type { Device, DeviceInfo } from '../../src/measure/index.ts';
import { bundleWorker, testCacheFolder } from './worker-bundle.ts';

/** The adapter that tests run on. */
export interface TestAdapter {
  readonly workerPath: string;
  readonly driver: DriverChoice;
  readonly info: DeviceInfo;
  /** A device in a fresh process. Close it. */
  open(options?: Partial<WebgpuDeviceOptions>): Promise<Device>;
}

async function findTestAdapter(): Promise<TestAdapter | JoulegateError> {
  const workerPath = await bundleWorker();
  try {
    const cacheFolder = join(testCacheFolder, 'drivers');
    const driver = await findDriver({ workerPath, environment: process.env, cacheFolder });
    const open = (options: Partial<WebgpuDeviceOptions> = {}) =>
      openWebgpuDevice({ workerPath, driver, ...options });
    const device = await open();
    await device.close();
    return { workerPath, driver, info: device.info, open };
  } catch (error) {
    if (error instanceof JoulegateError) return error;
    throw error;
  }
}

const found = await findTestAdapter();

/**
 * Specifies something on a real adapter. Without one the tests are skipped with a warning; in CI (`CI=true`) that is a
 * failure.
 */
export function describeOnAdapter(name: string, body: (adapter: TestAdapter) => void): void {
  if (!(found instanceof JoulegateError)) {
    describe(name, () => body(found));
    return;
  }
  const message = `NO ADAPTER, SO NOT TESTED: ${name}. ${found.message} ${found.nextStep ?? ''}`;
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
