import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

const maxBytes = 4096;

/**
 * The first 4 KiB of a file in a folder that every user of the host may write to. Nothing is waited for: a link, a pipe, a
 * device or a folder says nothing, and neither does what may not be read.
 * @returns `gone` if there is nothing, null if it is no file that can be read
 */
export function readSmallFile(path: string): string | null | 'gone' {
  // Windows has neither of the last two flags.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  let file: number;
  try {
    file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : null;
  }
  try {
    if (!fstatSync(file).isFile()) return null;
    const bytes = Buffer.alloc(maxBytes);
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, maxBytes, 0));
  } finally {
    closeSync(file);
  }
}
