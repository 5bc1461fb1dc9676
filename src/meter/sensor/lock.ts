import { closeSync, lstatSync, openSync, unlinkSync, utimesSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { processIdentity } from './processes.ts';
import { readSmallFile } from './small-file.ts';
import type { MeterTime } from './time.ts';

export interface GpuLock {
  release(): void;
}

/** What a lock file says: who holds it, well enough to tell whether that process still runs. */
interface Holder {
  readonly pid: number;
  /** Start time of the process in clock ticks since boot: process ids are used again. */
  readonly startTime: string;
  readonly boot: string;
  readonly namespace: string;
}

/** The holder touches its file this often; nothing else tells that it lives if it is in another process namespace. */
const heartbeatMs = 10_000;
const staleMs = 60_000;
const retryMs = 500;
/** Recovering a stale lock takes microseconds; whoever left this guard behind was killed in them. */
const recoveryMs = 10_000;

/** Locks of this process. A second meter for the same GPU in one process is its own business. */
const held = new Map<string, { count: number; readonly heartbeat: NodeJS.Timeout }>();
let installed = false;

/**
 * Takes the lock of a GPU for this process, in a folder that all processes of the host share.
 * @throws JoulegateError (could-not-measure, gpu-in-use) if another process holds it for longer than `waitMs`
 */
export async function lockGpu(options: {
  readonly folder: string;
  readonly key: string;
  readonly label: string;
  readonly waitMs: number;
  readonly procFolder: string;
  readonly time: MeterTime;
}): Promise<GpuLock> {
  const { folder, key, label, waitMs, procFolder, time } = options;
  const path = join(folder, `joulegate-${key}.lock`);
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  const mine = held.get(path);
  if (mine !== undefined) {
    mine.count++;
    return { release: releaseOnce(path) };
  }
  const self: Holder = processIdentity(procFolder, process.pid);
  const endMs = time.nowMs() + waitMs;
  for (;;) {
    if (create(path, JSON.stringify(self))) break;
    const holder = readHolder(path);
    if (holder === 'gone') continue;
    if (isStale(path, holder, self, procFolder)) {
      recover(path, holder);
      continue;
    }
    if (time.nowMs() >= endMs) throw inUse(label, path, holder);
    await time.sleep(retryMs);
  }
  keep(path);
  return { release: releaseOnce(path) };
}

function inUse(label: string, path: string, holder: Holder | null): JoulegateError {
  const who = holder === null ? 'another process' : `process ${holder.pid}`;
  return new JoulegateError('could-not-measure', `${label} is being measured by ${who}.`, {
    code: 'gpu-in-use',
    nextStep: `Wait until it has ended, or use another GPU. Its lock is ${path}.`,
  });
}

/** false if there is such a file already. */
function create(path: string, text: string): boolean {
  try {
    const file = openSync(path, 'wx', 0o644);
    try {
      writeSync(file, text);
    } finally {
      closeSync(file);
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw unwritable(path, error);
  }
}

/** null: the file says nothing sensible, which may be because it is just being written. */
function readHolder(path: string): Holder | null | 'gone' {
  const text = readSmallFile(path);
  if (text === null || text === 'gone') return text;
  try {
    const { pid, startTime, boot, namespace } = JSON.parse(text) as Partial<Holder>;
    const texts = [startTime, boot, namespace];
    if (!Number.isSafeInteger(pid) || !texts.every((value) => typeof value === 'string')) return null;
    return { pid, startTime, boot, namespace } as Holder;
  } catch {
    return null;
  }
}

function isStale(path: string, holder: Holder | null, self: Holder, procFolder: string): boolean {
  if (holder !== null && holder.boot !== '' && self.boot !== '' && holder.boot !== self.boot) return true;
  if (holder !== null && holder.namespace !== '' && holder.namespace === self.namespace) {
    return processIdentity(procFolder, holder.pid).startTime !== holder.startTime;
  }
  return isOlder(path, staleMs);
}

/** By the wall clock, as file times are. A file that is gone is old. */
function isOlder(path: string, ageMs: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats === undefined || Date.now() - stats.mtimeMs > ageMs;
}

/** Removes a stale lock, one process at a time: without that, a slow one would remove the lock that a fast one just took. */
function recover(path: string, stale: Holder | null): void {
  const guard = `${path}.recovery`;
  if (!create(guard, '')) {
    if (isOlder(guard, recoveryMs)) remove(guard);
    return;
  }
  try {
    const now = readHolder(path);
    if (now !== 'gone' && JSON.stringify(now) === JSON.stringify(stale)) remove(path);
  } finally {
    remove(guard);
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): JoulegateError {
  return new JoulegateError('could-not-measure', `The lock ${path} cannot be written.`, {
    code: 'lock-unwritable',
    nextStep:
      'Make its folder writable for all users who measure on this host, and remove what else lies there.',
    cause: error,
  });
}

function keep(path: string): void {
  const heartbeat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(path, now, now);
    } catch (error) {
      // Someone removed the lock by hand; there is nothing left to keep alive.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }, heartbeatMs);
  heartbeat.unref();
  held.set(path, { count: 1, heartbeat });
  if (installed) return;
  installed = true;
  process.on('exit', () => {
    for (const kept of held.keys()) remove(kept);
  });
}

function releaseOnce(path: string): () => void {
  let released = false;
  return () => {
    const lock = held.get(path);
    if (released || lock === undefined) return;
    released = true;
    lock.count--;
    if (lock.count > 0) return;
    clearInterval(lock.heartbeat);
    held.delete(path);
    remove(path);
  };
}
