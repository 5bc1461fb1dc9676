import { Worker } from 'node:worker_threads';

/**
 * In a thread of its own, because a driver that hangs in a call keeps the main thread from noticing anything.
 * SIGKILL, because exit handlers wait for driver threads that never end.
 */
const watch = `
  const { workerData } = require('node:worker_threads');
  setInterval(() => {
    if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
  }, 500);
`;

/** Ends this process soon after its parent has gone, however busy it is. */
export function watchParent(parentPid: number): void {
  const thread = new Worker(watch, {
    eval: true,
    workerData: parentPid,
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
  });
  thread.unref();
}
