import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { borrowMeter, openMeter } from '../../src/meter/index.ts';
import { adapterOf, HwmonTree } from './hwmon-tree.ts';

const bus = '0000:0a:00.0';
let tree: HwmonTree;
let lockFolder: string;
let path: string;
/** Where locks of one user alone go. */
let temporary: string;
beforeEach(() => {
  tree = new HwmonTree();
  tree.addCard(bus, { name: 'amdgpu', power1_average: '20000000' });
  lockFolder = mkdtempSync(join(tmpdir(), 'joulegate-lock-'));
  temporary = mkdtempSync(join(tmpdir(), 'joulegate-own-lock-'));
  chmodSync(temporary, 0o1777);
  vi.stubEnv('TMPDIR', temporary);
  path = join(lockFolder, 'joulegate-pci-0000-0a-00.0.lock');
});
afterEach(() => {
  tree.remove();
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true, force: true });
  rmSync(lockFolder, { recursive: true, force: true });
});

function openedMeter(lockWaitMs = 0) {
  const device = { info: adapterOf('amd', 'Radeon') };
  return openMeter({
    choice: 'amdgpu',
    device,
    sysfsFolder: tree.folder,
    lockFolder,
    lockWaitMs,
    time: tree.time,
  });
}

async function open(lockWaitMs = 0) {
  const { meter, reason } = await openedMeter(lockWaitMs);
  if (meter === null) throw new Error(reason);
  return meter;
}

/** Holds the lock in a process of its own until it is ended. */
async function holder() {
  const child = spawn('flock', [path, '-c', 'echo held; read end'], { detached: true });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return {
    async end(signal: NodeJS.Signals) {
      // The program that it runs holds the lock as well.
      process.kill(-child.pid!, signal);
      await once(child, 'close');
    },
  };
}

/** Whether anybody could take the lock now. */
function isFree(): boolean {
  return spawnSync('flock', ['-n', path, 'true']).status === 0;
}

/** Does something as a user who is not root. Only root can play two users. */
async function asAnother<T>(work: () => Promise<T>): Promise<T> {
  chmodSync(tree.folder, 0o755);
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
const isRoot = process.getuid?.() === 0;

describe('the lock of a GPU', () => {
  it('is held while a meter is open, once however many this process opens', async () => {
    const first = await open();
    const second = await open();
    expect(isFree()).toBe(false);
    await first.close();
    await first.close();
    expect(isFree()).toBe(false);
    await second.close();
    expect(isFree()).toBe(true);
  });

  it('is not let go by one who borrowed the meter', async () => {
    const meter = await open();
    await borrowMeter(meter).close();
    expect(isFree()).toBe(false);
    await meter.close();
    expect(isFree()).toBe(true);
  });

  it('keeps other processes out for as long as they wait', async () => {
    await holder();
    const before = tree.time.nowMs();
    await expect(open(2000)).rejects.toMatchObject({
      kind: 'could-not-measure',
      code: 'gpu-in-use',
      message: `AMD card0 at ${bus} is being measured by another process.`,
    });
    expect(tree.time.nowMs() - before).toBeGreaterThanOrEqual(2000);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('is free once its process was ended by %s', async (signal) => {
    const { end } = await holder();
    await expect(open()).rejects.toMatchObject({ code: 'gpu-in-use' });
    await end(signal);
    await (await open()).close();
  });

  it('is not held by what lies in its file, nor by how old that is', async () => {
    writeFileSync(path, '{"pid":1}');
    await (await open()).close();
    expect(readFileSync(path, 'utf8')).toBe('{"pid":1}');
  });

  it.runIf(isRoot)('is shared with another user in a sticky folder', async () => {
    await (await open()).close();
    chmodSync(lockFolder, 0o1777);
    await asAnother(async () => (await open()).close());
    await holder();
    await asAnother(() => expect(open()).rejects.toMatchObject({ code: 'gpu-in-use' }));
  });

  it.runIf(isRoot)('is of one user alone in a folder that they may not write to', async () => {
    // Who acts as another user is not told of TMPDIR.
    onTestFinished(() => rmSync('/tmp/joulegate-locks-65534', { recursive: true, force: true }));
    chmodSync(lockFolder, 0o755);
    await asAnother(async () => {
      const { meter, reason } = await openedMeter();
      expect(reason).toContain('only runs of this user are kept out');
      await meter?.close();
    });
    expect(readdirSync(lockFolder)).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    ['a link to a file of somebody', () => symlinkSync(join(tree.folder, 'theirs'), path)],
    ['a pipe', () => execFileSync('mkfifo', [path])],
    ['a folder', () => mkdirSync(path)],
  ])('is of one user alone where its name is that of %s', async (_, plant) => {
    plant();
    const { meter, reason } = await openedMeter();
    expect(reason).toContain('only runs of this user are kept out');
    await meter?.close();
    expect(existsSync(join(tree.folder, 'theirs'))).toBe(false);
  });

  it('is let go if the sensor turns out to be unusable', async () => {
    rmSync(join(tree.folder, 'class', 'drm', 'card0', 'device', 'hwmon', 'hwmon3', 'power1_average'));
    await expect(open()).rejects.toMatchObject({ code: 'missing-meter' });
    expect(isFree()).toBe(true);
  });
});
