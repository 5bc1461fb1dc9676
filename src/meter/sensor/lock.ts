import { closeSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { lockFile } from './flock.ts';
import type { MeterTime } from './time.ts';

export interface GpuLock {
  /** What the lock does not keep out; null if that is nothing. */
  readonly note: string | null;
  release(): void;
}

const retryMs = 500;

/** Locks of this process by the file that all share. A second meter for the same GPU in one process is its own business. */
const held = new Map<string, { count: number; readonly file: number; readonly note: string | null }>();

/**
 * Takes the lock of a GPU for this process, in a folder that all processes of the host share. Where that file cannot be locked, because
 * the folder is not ours to write to or somebody put something else there, it is one of this user alone.
 * @throws JoulegateError (could-not-measure): `gpu-in-use` if another process holds it for longer than `waitMs`,
 * `lock-unwritable`
 */
export async function lockGpu(options: {
  readonly folder: string;
  readonly key: string;
  readonly label: string;
  readonly waitMs: number;
  readonly time: MeterTime;
}): Promise<GpuLock> {
  const { folder, key, label, waitMs, time } = options;
  const path = join(folder, `joulegate-${key}.lock`);
  const mine = held.get(path);
  if (mine !== undefined) {
    mine.count++;
    return { note: mine.note, release: releaseOnce(path) };
  }
  const endMs = time.nowMs() + waitMs;
  for (;;) {
    const { file, note } = lockSharedOrOwn(path);
    if (file !== null) {
      held.set(path, { count: 1, file, note });
      return { note, release: releaseOnce(path) };
    }
    if (time.nowMs() >= endMs) {
      throw new JoulegateError('could-not-measure', `${label} is being measured by another process.`, {
        code: 'gpu-in-use',
        nextStep: `Wait until it has ended, or use another GPU. Its lock is ${path}; lslocks shows who holds it.`,
      });
    }
    await time.sleep(retryMs);
  }
}

/** `file` is null if another process has it. */
function lockSharedOrOwn(path: string): { readonly file: number | null; readonly note: string | null } {
  try {
    mkdirSync(join(path, '..'), { recursive: true });
    return { file: lockFile(path), note: null };
  } catch (shared) {
    const reason = shared instanceof Error ? shared.message : String(shared);
    const note = `only runs of this user are kept out, because the lock of all cannot be taken (${reason})`;
    try {
      return { file: lockFile(join(ownFolder(), path.replace(/^.*[\\/]/, ''))), note };
    } catch {
      throw unwritable(path, shared);
    }
  }
}

/** A folder for this user's locks. Whoever else may write to the temporary folder cannot have made it. */
function ownFolder(): string {
  const uid = process.geteuid?.();
  const folder = join(tmpdir(), `joulegate-locks-${uid ?? 'own'}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stats = lstatSync(folder);
  const isOurs = stats.isDirectory() && (uid === undefined || stats.uid === uid);
  if (!isOurs) throw new Error(`${folder} is not ours`);
  return folder;
}

function unwritable(path: string, cause: unknown): JoulegateError {
  return new JoulegateError('could-not-measure', `The lock ${path} cannot be taken.`, {
    code: 'lock-unwritable',
    nextStep:
      'Name a folder that all who measure on this host may write to in JOULEGATE_LOCKS. On Linux the program flock (util-linux) is needed.',
    cause,
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
    held.delete(path);
    closeSync(lock.file);
  };
}
