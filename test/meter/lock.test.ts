import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { borrowMeter, openMeter } from '../../src/meter/index.ts';
import { adapterOf, HwmonTree } from './hwmon-tree.ts';

const bus = '0000:0a:00.0';
let tree: HwmonTree;
let lockFolder: string;
let path: string;
beforeEach(() => {
  tree = new HwmonTree();
  tree.addCard(bus, { name: 'amdgpu', power1_average: '20000000' });
  lockFolder = mkdtempSync(join(tmpdir(), 'joulegate-lock-'));
  path = join(lockFolder, 'joulegate-pci-0000-0a-00.0.lock');
});
afterEach(() => {
  tree.remove();
  rmSync(lockFolder, { recursive: true, force: true });
});

async function open(lockWaitMs = 0) {
  const device = { info: adapterOf('amd', 'Radeon') };
  const { meter, reason } = await openMeter({
    choice: 'amdgpu',
    device,
    sysfsFolder: tree.folder,
    lockFolder,
    lockWaitMs,
    time: tree.time,
  });
  if (meter === null) throw new Error(reason);
  return meter;
}

/** What the lock of this very process says. */
async function ownLock(): Promise<Record<string, unknown>> {
  const meter = await open();
  const text = readFileSync(path, 'utf8');
  await meter.close();
  return JSON.parse(text) as Record<string, unknown>;
}

describe('the lock of a GPU', () => {
  it('is held while a meter is open, once however many this process opens', async () => {
    const first = await open();
    const second = await open();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid });
    await first.close();
    await first.close();
    expect(existsSync(path)).toBe(true);
    await second.close();
    expect(readdirSync(lockFolder)).toEqual([]);
  });

  it('is not let go by one who borrowed the meter', async () => {
    const meter = await open();
    await borrowMeter(meter).close();
    expect(existsSync(path)).toBe(true);
    await meter.close();
    expect(existsSync(path)).toBe(false);
  });

  it('keeps other processes out for as long as they wait', async () => {
    const own = await ownLock();
    // Any other live process of the same boot: the parent of this one.
    const pid = process.ppid;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    writeFileSync(path, JSON.stringify({ ...own, pid, startTime }));
    const before = tree.time.nowMs();
    await expect(open(2000)).rejects.toMatchObject({
      kind: 'could-not-measure',
      code: 'gpu-in-use',
      message: `AMD card0 at ${bus} is being measured by process ${pid}.`,
    });
    expect(tree.time.nowMs() - before).toBeGreaterThanOrEqual(2000);
    expect(existsSync(path)).toBe(true);
  });

  it('is taken over from a process that was killed', async () => {
    const own = await ownLock();
    const child = spawn('sleep', ['30']);
    const { pid = 0 } = child;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    writeFileSync(path, JSON.stringify({ ...own, pid, startTime }));
    await expect(open()).rejects.toMatchObject({ code: 'gpu-in-use' });
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await gone;
    const meter = await open();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid });
    await meter.close();
  });

  it.each([
    ['a process whose id another one has by now', { startTime: '1' }],
    ['an earlier boot', { boot: 'another', pid: 1 }],
  ])('is taken over from %s', async (_, changes) => {
    writeFileSync(path, JSON.stringify({ ...(await ownLock()), ...changes }));
    await (await open()).close();
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    ['a process of another container', '{"pid":1,"startTime":"1","boot":"","namespace":"pid:[1]"}'],
    ['whoever wrote nonsense into it', '{"pid":'],
  ])('of %s is respected until it has been silent for a minute', async (_, text) => {
    writeFileSync(path, text);
    await expect(open()).rejects.toMatchObject({ code: 'gpu-in-use' });
    const old = new Date(Date.now() - 61_000);
    utimesSync(path, old, old);
    await (await open()).close();
  });

  // Only root can play two users.
  it.runIf(process.getuid?.() === 0)(
    'is not shut for good by what another user’s run left in a sticky folder',
    async () => {
      const own = await ownLock();
      writeFileSync(path, JSON.stringify({ ...own, startTime: '1' }));
      chmodSync(lockFolder, 0o1777);
      chmodSync(tree.folder, 0o755);
      process.seteuid?.(65_534);
      try {
        const meter = await open();
        expect(readdirSync(lockFolder)).toHaveLength(2);
        await meter.close();
        expect(readdirSync(lockFolder)).toHaveLength(1);
      } finally {
        process.seteuid?.(0);
      }
    },
  );

  it('is let go if the sensor turns out to be unusable', async () => {
    rmSync(join(tree.folder, 'class', 'drm', 'card0', 'device', 'hwmon', 'hwmon3', 'power1_average'));
    await expect(open()).rejects.toMatchObject({ code: 'missing-meter' });
    expect(readdirSync(lockFolder)).toEqual([]);
  });
});
