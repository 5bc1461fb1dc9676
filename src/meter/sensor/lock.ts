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

/**
 * Names that a lock may have. In a sticky folder nobody but its owner can remove what a killed process left: the next name
 * then stands in for it.
 */
const maxNames = 8;

/** Locks of this process by their first name. A second meter for the same GPU in one process is its own business. */
const held = new Map<string, { count: number; readonly path: string; readonly heartbeat: NodeJS.Timeout }>();
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
  const others = Array.from({ length: maxNames - 1 }, (_, n) => `joulegate-${key}.${n + 1}.lock`);
  const names = [path, ...others.map((name) => join(folder, name))];
  for (;;) {
    const taken = take(names, self, procFolder);
    if ('path' in taken) {
      keep(path, taken.path);
      break;
    }
    if (taken.by !== null && time.nowMs() >= endMs) throw inUse(label, taken.by.path, taken.by.holder);
    await time.sleep(taken.by === null ? 0 : retryMs);
  }
  return { release: releaseOnce(path) };
}

interface Busy {
  readonly path: string;
  readonly holder: Holder | null;
}

/** Who holds one of these names, and the first that is free; what can be removed of ended processes is. */
function survey(
  names: readonly string[],
  self: Holder,
  procFolder: string,
): { readonly busy: Busy | null; readonly free: string | null } {
  let free: string | null = null;
  for (const path of names) {
    const holder = readHolder(path);
    if (holder !== 'gone' && !isStale(path, holder, self, procFolder))
      return { busy: { path, holder }, free };
    if (holder === 'gone' || recover(path, holder)) free ??= path;
  }
  return { busy: null, free };
}

/** Takes a free name unless any is held. @returns `by`: who was there before; null if it is worth another try at once */
function take(
  names: readonly string[],
  self: Holder,
  procFolder: string,
): { readonly path: string } | { readonly by: Busy | null } {
  const { busy, free } = survey(names, self, procFolder);
  if (busy !== null) return { by: busy };
  if (free === null) throw unwritable(names[0]!, new Error('all its names are taken by what others left'));
  if (!create(free, JSON.stringify(self))) return { by: null };
  // Whoever took another name at the same moment looks after that, as this does: at least one sees the other.
  const before = survey(
    names.filter((name) => name !== free),
    self,
    procFolder,
  ).busy;
  if (before === null) return { path: free };
  remove(free);
  return { by: before };
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

/**
 * Removes a stale lock, one process at a time: without that, a slow one would remove the lock that a fast one just took.
 * @returns false if it is still there: somebody else is at it, or it is another user's
 */
function recover(path: string, stale: Holder | null): boolean {
  const guard = `${path}.recovery`;
  if (!create(guard, '')) {
    if (isOlder(guard, recoveryMs)) remove(guard);
    return false;
  }
  try {
    const now = readHolder(path);
    return now === 'gone' || (JSON.stringify(now) === JSON.stringify(stale) && remove(path));
  } finally {
    remove(guard);
  }
}

/** @returns false if it is another user's, in a folder where each removes their own */
function remove(path: string): boolean {
  try {
    unlinkSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPERM' && lstatSync(path, { throwIfNoEntry: false })?.isFile()) return false;
    if (code !== 'ENOENT') throw unwritable(path, error);
  }
  return true;
}

function unwritable(path: string, error: unknown): JoulegateError {
  return new JoulegateError('could-not-measure', `The lock ${path} cannot be written.`, {
    code: 'lock-unwritable',
    nextStep:
      'Make its folder writable for all users who measure on this host, and remove what else lies there.',
    cause: error,
  });
}

function keep(key: string, path: string): void {
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
  held.set(key, { count: 1, path, heartbeat });
  if (installed) return;
  installed = true;
  process.on('exit', () => {
    for (const { path: kept } of held.values()) remove(kept);
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
    remove(lock.path);
  };
}
