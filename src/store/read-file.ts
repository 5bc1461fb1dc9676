import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { JoulegateError } from '../errors/index.ts';
import { realPlace } from './real-place.ts';
import { systemReason } from './write-file-atomic.ts';

const mebibyte = 1024 * 1024;

function unreadable(path: string, reason: string, cause?: unknown): JoulegateError {
  return new JoulegateError('bad-input', `cannot read ${path}: ${reason}`, {
    code: 'cannot-read',
    nextStep: 'Check the path and the permissions.',
    cause,
  });
}

function tooLarge(path: string, what: string, maxBytes: number): JoulegateError {
  return new JoulegateError(
    'bad-input',
    `${path} is too large: ${what} than ${Math.floor(maxBytes / mebibyte)} MiB`,
    { code: 'file-too-large', nextStep: 'Check that this is the right file.' },
  );
}

/** Opens without blocking on a pipe and without trusting the size a special file claims; what it holds is bounded by `use`. */
export function withOpenFile<T>(path: string, use: (descriptor: number, size: number) => T): T {
  let descriptor: number;
  try {
    // What the path leads to now is what is opened, and no link that takes its place.
    const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
    descriptor = openSync(realPlace(path), O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  } catch (error) {
    if (error instanceof JoulegateError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new JoulegateError('bad-input', `${path} does not exist`, {
        code: 'file-not-found',
        nextStep: 'Check the path.',
        cause: error,
      });
    }
    throw unreadable(path, systemReason(error), error);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw unreadable(path, stat.isDirectory() ? 'it is a folder' : 'it is not a file');
    return use(descriptor, stat.size);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Up to `length` bytes from a position on; fewer only at the end of the file.
 * @throws JoulegateError (bad-input, `cannot-read`)
 */
export function readAt(descriptor: number, path: string, at: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let read = 0;
  try {
    while (read < length) {
      const count = readSync(descriptor, buffer, read, length - read, at + read);
      if (count === 0) break;
      read += count;
    }
  } catch (error) {
    throw unreadable(path, systemReason(error), error);
  }
  return buffer.subarray(0, read);
}

function readBytes(path: string, maxBytes: number): Buffer {
  return withOpenFile(path, (descriptor, size) => {
    if (size > maxBytes) throw tooLarge(path, 'more', maxBytes);
    return readAt(descriptor, path, 0, size);
  });
}

function unzip(path: string, bytes: Buffer, maxBytes: number): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    // A gzip bomb: refused before it has grown past the limit.
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw tooLarge(path, 'unpacked it is more', maxBytes);
    }
    throw new JoulegateError('bad-input', `${path} is not a whole gzip file: ${systemReason(error)}`, {
      code: 'damaged-file',
      nextStep: 'Fetch or write the file again.',
      cause: error,
    });
  }
}

/** True if files of this name hold gzip. */
export function isGzipName(path: string): boolean {
  return path.toLowerCase().endsWith('.gz');
}

/**
 * Reads a text file, `.gz` unpacked, of at most `maxBytes` (packed and unpacked). Strict UTF-8; a byte order mark is dropped.
 * @throws JoulegateError (bad-input): `link-outside`, `file-not-found`, `cannot-read`, `file-too-large`, `damaged-file`.
 */
export function readTextFile(path: string, maxBytes: number): string {
  const stored = readBytes(path, maxBytes);
  const bytes = isGzipName(path) ? unzip(path, stored, maxBytes) : stored;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new JoulegateError('bad-input', `${path} is not UTF-8 text`, {
      code: 'damaged-file',
      nextStep: isGzipName(path)
        ? 'Fetch or write the file again.'
        : 'If it is a gzip file, its name must end in .gz.',
      cause: error,
    });
  }
}
