import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** What lies where a state should is known, and is none: another one may take its place. */
export class UnusableStateError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UnusableStateError';
  }
}

/**
 * Reads a whole file that is none of our own making: a regular one, not by way of a link, of bounded size.
 * @returns null if there is none
 * @throws UnusableStateError if it is none of these; any other error if it cannot be read, whatever it holds
 */
export function readStateFile(path: string, maxBytes: number): Uint8Array | null {
  let descriptor: number;
  try {
    // Windows has neither flag.
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    descriptor = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (code === 'ELOOP') throw new UnusableStateError('it is a link');
    throw new Error(`it cannot be read (${code})`);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new UnusableStateError('it is not a file');
    if (stat.size > maxBytes) throw new UnusableStateError(`it has more than ${maxBytes} bytes`);
    const bytes = new Uint8Array(stat.size);
    let length = 0;
    while (length < bytes.length) {
      const count = readSync(descriptor, bytes, length, bytes.length - length, null);
      if (count === 0) throw new Error('it changes while it is read');
      length += count;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}
