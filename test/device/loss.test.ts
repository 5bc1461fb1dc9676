import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import type { Outcome } from '../../src/kernel/index.ts';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { itInFull } from '../support/full.ts';
import { becomesTrue, childrenRunning, cpuTicks, isRunning } from '../support/processes.ts';
import { bundleForTest } from '../support/worker-bundle.ts';
import { copy, endless, laborious } from './programs.ts';

const deadlines = { prepareMs: 3000, verifyMs: 500, slackMs: 500 };

describeOnAdapter('a WebGPU device that loses its process', ({ open, workerPath, driver }) => {
  let opened: Device[] = [];

  const openDevice = async () => {
    const device = await open({ deadlines });
    opened.push(device);
    return device;
  };

  afterEach(async () => {
    await Promise.all(opened.map((device) => device.close()));
    opened = [];
    expect(childrenRunning(workerPath)).toEqual([]);
  });

  const onlyChild = (): number => {
    const children = childrenRunning(workerPath);
    expect(children).toHaveLength(1);
    return children[0] as number;
  };

  it.each<[string, (device: Device) => Promise<Outcome<unknown>>]>([
    ['prepare', (device) => device.prepare(endless)],
    ['verify', (device) => device.verify(endless, copy)],
    ['time', (device) => device.time(laborious(5000), { samples: 1000, minSampleMs: 10, maxMs: 60_000 })],
    ['run', (device) => device.run(laborious(5000), 60_000)],
  ])('survives its being killed during %s, names the variant and goes on', async (request, act) => {
    const device = await openDevice();
    const child = onlyChild();
    const before = cpuTicks(child);
    const lost = act(device);
    // A software adapter shows that it is at work; a GPU has half a second to begin.
    await becomesTrue(() => cpuTicks(child) > before + 10, 500);
    process.kill(child, 'SIGKILL');
    const outcome = await lost;
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'crash' } });
    expect(outcome.ok ? '' : outcome.failure.message).toMatch(
      new RegExp(`^kernel/small/[a-z0-9-]+ cost .* during '${request}': it was ended by SIGKILL`),
    );
    expect(await device.verify(copy, copy)).toEqual({ ok: true, value: null });
    expect(onlyChild()).not.toBe(child);
  });

  it('survives its being killed while idle, and blames no variant', async () => {
    const device = await openDevice();
    process.kill(onlyChild(), 'SIGKILL');
    expect(await device.prepare(copy)).toEqual({ ok: true, value: null });
  });

  itInFull('gives up a variant that hangs and goes on', async () => {
    const device = await openDevice();
    const outcome = await device.prepare(endless);
    expect(outcome).toEqual({
      ok: false,
      failure: {
        kind: 'timeout',
        message: "kernel/small/endless cost the GPU process its life during 'prepare': no answer within 3 s",
      },
    });
    expect(await device.prepare(copy)).toEqual({ ok: true, value: null });
  });

  itInFull('prepares again what a lost process had prepared', async () => {
    const device = await openDevice();
    expect(await device.prepare(copy)).toEqual({ ok: true, value: null });
    process.kill(onlyChild(), 'SIGKILL');
    const outcome = await device.run(copy, 20);
    expect(outcome).toMatchObject({ ok: true });
  });

  it('can be closed while it is busy, and more than once', async () => {
    const device = await openDevice();
    const lost = device.run(laborious(5000), 60_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await device.close();
    await device.close();
    expect(await lost).toMatchObject({ ok: false, failure: { kind: 'crash' } });
    await expect(device.prepare(copy)).rejects.toThrow('the device is closed');
  });

  it('leaves no process behind when its own process is killed', async () => {
    const script = await bundleForTest('test/device/abandon.ts', 'abandon.js');
    const parent = spawn(process.execPath, [script, JSON.stringify({ workerPath, driver })], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string];
    const child = Number(line);
    expect(isRunning(child)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'close');
    expect(await becomesTrue(() => !isRunning(child))).toBe(true);
  });
});
