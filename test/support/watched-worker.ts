import { resolve } from 'node:path';
import { openWebgpuDevice, type WebgpuDeviceOptions } from '../../src/device/index.ts';
import type { Device } from '../../src/measure/index.ts';
import { childrenRunning } from './processes.ts';

/** What a GPU process holds. */
export interface WorkerHeld {
  /** Bytes of memory as it is. */
  readonly rss: number;
  /** Bytes of JavaScript's without garbage. */
  readonly heap: number;
  /** Pipelines that are not collected yet. */
  readonly pipelines: number;
  /** Responses that somebody holds although they are sent. */
  readonly responses: number;
}

/** From the project's root, where tests run and benchmarks, which are bundled. */
const watcher = resolve('test/support/watched-worker.mjs');

/** A device whose GPU process can be asked what it holds. Linux only; one at a time. */
export async function openWatchedDevice(
  options: WebgpuDeviceOptions,
): Promise<{ readonly device: Device; held(): Promise<WorkerHeld> }> {
  const { driver, workerPath } = options;
  let said = '';
  let tell: (held: WorkerHeld) => void = () => undefined;
  const device = await openWebgpuDevice({
    ...options,
    workerPath: watcher,
    driver: { ...driver, environment: { ...driver.environment, JOULEGATE_WATCHED: workerPath } },
    onLog(text) {
      said = (said + text).slice(-4096);
      const answer = /^watched (.*)\n/m.exec(said)?.[1];
      if (answer === undefined) return;
      said = '';
      tell(JSON.parse(answer) as WorkerHeld);
    },
  });
  return {
    device,
    held: () =>
      new Promise((resolve) => {
        tell = resolve;
        for (const pid of childrenRunning(watcher)) process.kill(pid, 'SIGUSR2');
      }),
  };
}
