import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type DriverChoice, findDriver, openWebgpuDevice } from '../../src/device/index.ts';
import { JoulegateError } from '../../src/errors/index.ts';
import type { DeviceInfo } from '../../src/measure/index.ts';
import { bundleWorker, testCacheFolder } from './worker-bundle.ts';

/** The adapter that tests run on, or why there is none. */
export type FoundAdapter =
  | { readonly workerPath: string; readonly driver: DriverChoice; readonly info: DeviceInfo }
  | { readonly problem: string };

declare module 'vitest' {
  export interface ProvidedContext {
    adapter: FoundAdapter;
  }
}

async function findAdapter(): Promise<FoundAdapter> {
  const workerPath = await bundleWorker();
  try {
    const cacheFolder = join(testCacheFolder, 'drivers');
    const driver = await findDriver({ workerPath, environment: process.env, cacheFolder });
    const device = await openWebgpuDevice({ workerPath, driver });
    await device.close();
    return { workerPath, driver, info: device.info };
  } catch (error) {
    if (!(error instanceof JoulegateError)) throw error;
    return { problem: `${error.message} ${error.nextStep ?? ''}` };
  }
}

/** Looks for an adapter once, before the first test of a run. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('adapter', await findAdapter());
}
