import { spawnSync } from 'node:child_process';
import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import { findProgram, neutralFolder, systemFolders } from '../../system/index.ts';

/**
 * Opens a file that locks are taken on, and makes it if it is not there; it holds nothing. Links are not followed, and a pipe is
 * not waited for. To lock what another user made it is enough to read it.
 * @throws the system's errors; Error if something else than a file lies there
 */
function openLockFile(path: string, exclusive: number): number {
  const { O_RDONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | exclusive;
  let file: number;
  try {
    // Not by one call with O_CREAT: in a sticky folder Linux refuses that for a file of another user.
    file = openSync(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    file = openSync(path, flags | O_CREAT | O_EXCL, 0o644);
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new Error(`${path} is not a file`);
}

/** Flags by which a system locks what it opens; 0 on Linux, which has none. */
const lockingFlags: Readonly<Partial<Record<NodeJS.Platform, number>>> = {
  darwin: 0x20, // O_EXLOCK
  win32: 0x10000000, // UV_FS_O_EXLOCK
};

/** What a system says where another process holds the lock, or has just made the file. */
const busy = new Set(['EAGAIN', 'EWOULDBLOCK', 'EBUSY', 'EEXIST']);

/** Locks the open file itself: the lock is ours as well, and stays when the program has ended. */
function lockOpened(file: number): boolean {
  const program = findProgram('flock', systemFolders);
  if (program === null) throw new Error('there is no program flock (util-linux)');
  const { status, error } = spawnSync(program, ['-n', '-x', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', file],
    cwd: neutralFolder,
    env: {},
  });
  if (error !== undefined) throw error;
  if (status === 0 || status === 1) return status === 0;
  throw new Error(`flock ended with status ${status}`);
}

/**
 * Locks a file for this process, by `flock` or what the system has in its place. The system takes the lock back when this process
 * ends, however it ends, in a container too. The file stays: whoever removed it would part those who wait from those who come.
 * @returns its descriptor, to be closed to release it; null if another process has it
 * @throws Error if it cannot be locked at all
 */
export function lockFile(path: string): number | null {
  const exclusive = lockingFlags[process.platform];
  let file: number;
  try {
    file = openLockFile(path, exclusive ?? 0);
  } catch (error) {
    if (busy.has((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
  let isOurs = false;
  try {
    // Somebody may have removed the file, or put another in its place, since it was opened.
    isOurs =
      (exclusive !== undefined || lockOpened(file)) &&
      lstatSync(path, { throwIfNoEntry: false })?.ino === fstatSync(file).ino;
    return isOurs ? file : null;
  } finally {
    if (!isOurs) closeSync(file);
  }
}
