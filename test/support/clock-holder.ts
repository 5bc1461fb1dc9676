import { openMeter } from '../../src/meter/index.ts';

/** A process that locks the clock of the stand-in's GPU, says so, and waits to be killed. */
const { worker, ...options } = JSON.parse(process.argv[2] ?? '') as Record<string, string> & {
  worker?: string;
};
const { clocks } = await openMeter({
  ...(options as unknown as Parameters<typeof openMeter>[0]),
  choice: 'nvml',
  clockGuard: worker === undefined ? undefined : { workerPath: worker, environment: process.env },
});
await clocks?.set(1200);
process.stdout.write('locked\n');
setInterval(() => undefined, 1000);
