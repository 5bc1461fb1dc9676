import { simulatedVariant } from '../../test/support/simulated-device.ts';
import { SimulatedGpu } from '../../test/support/simulated-gpu/gpu.ts';
import { percent, printTable } from './table.ts';

/** Part of a stretch in which the device computes, by the length of a launch and how late the host is. */
export async function reportBusyShares(): Promise<void> {
  const hosts = [
    { name: 'quiet: 0.3 ms late on the mean', noticeMs: 0.3, stallPart: 0, stallMs: 0 },
    { name: 'usual: and 10 ms late once in 500 batches', noticeMs: 0.3, stallPart: 0.002, stallMs: 10 },
    { name: 'busy: 2 ms late, and 30 ms once in 20', noticeMs: 2, stallPart: 0.05, stallMs: 30 },
  ];
  const launches = [0.05, 1, 5, 30, 200];
  const rows: string[][] = [];
  for (const { name, ...host } of hosts) {
    const shares: string[] = [];
    for (const latencyMs of launches) {
      const gpu = new SimulatedGpu({ cost: () => ({ latencyMs, watts: 400 }), ...host });
      const device = await gpu.openDevice();
      const run = await device.run(simulatedVariant('kernel'), 10_000);
      if (!run.ok) throw new Error(run.failure.message);
      const { completions } = run.value;
      shares.push(
        percent(gpu.board.timeline.busyShare(completions[0]?.timeMs ?? 0, completions.at(-1)?.timeMs ?? 0)),
      );
    }
    rows.push([name, ...shares]);
  }
  printTable('Busy share of the device', ['host', ...launches.map((ms) => `${ms} ms`)], rows);
}
