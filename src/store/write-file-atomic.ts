import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import { realTarget } from './real-place.ts';

/** The system's own words for a failed call: `ENOSPC: no space left on device, write`. */
export function systemReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function writeFully(descriptor: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length; ) {
    offset += writeSync(descriptor, bytes, offset, bytes.length - offset);
  }
}

/** Makes the rename itself durable. Not every file system lets a folder be opened or synchronised. */
function syncFolder(folder: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(folder, 'r');
  } catch (error) {
    if (isUnsupported(error)) return;
    throw error;
  }
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!isUnsupported(error)) throw error;
  } finally {
    closeSync(descriptor);
  }
}

function isUnsupported(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['EINVAL', 'EISDIR', 'EPERM', 'EACCES', 'EBADF', 'ENOTSUP'].includes(code);
}

/**
 * Writes a file so that a reader, or a crash, sees the old content or the new and nothing between: a temporary file
 * beside it, synchronised, then renamed over it. A link at `path` is replaced, not followed. Missing folders are made.
 * @throws JoulegateError (bad-input): `cannot-write`; `link-outside` as `realPlace` does. The temporary file is gone then and the old file untouched.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  let temporary = '';
  let created = false;
  try {
    const target = realTarget(path);
    const folder = dirname(target);
    temporary = join(folder, `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
    mkdirSync(folder, { recursive: true });
    // `wx`: never write through something that already lies there under this name.
    const descriptor = openSync(temporary, 'wx');
    created = true;
    try {
      writeFully(descriptor, bytes);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, target);
    created = false;
    syncFolder(folder);
  } catch (error) {
    if (created) rmSync(temporary, { force: true });
    if (error instanceof JoulegateError) throw error;
    throw new JoulegateError('bad-input', `cannot write ${path}: ${systemReason(error)}`, {
      code: 'cannot-write',
      nextStep: 'Check that the folder exists, is writable and has room, or choose another path.',
      cause: error,
    });
  }
}
