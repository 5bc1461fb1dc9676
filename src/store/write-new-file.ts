import { randomBytes } from 'node:crypto';
import { constants, copyFileSync, linkSync, lstatSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

/** Whether anything has this name, a link that leads nowhere included. */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Writes a file that is not there yet, whole or not at all; what is there stays as it is, also if it came a moment ago.
 * Missing folders are made.
 *
 * @throws JoulegateError (bad-input): `file-exists`, `cannot-write`.
 */
export function writeNewFile(path: string, content: string): void {
  const whole = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.new`);
  if (isThere(path)) throw alreadyThere(path);
  writeFileAtomic(whole, content);
  try {
    giveName(whole, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw alreadyThere(path, error);
    throw new JoulegateError('bad-input', `cannot write ${path}: ${(error as Error).message}`, {
      code: 'cannot-write',
      nextStep: 'Check that the folder is writable and has room.',
      cause: error,
    });
  } finally {
    rmSync(whole, { force: true });
  }
}

/** A second name refuses to replace anything, which a rename would. Not every file system has second names. */
function giveName(whole: string, path: string): void {
  try {
    linkSync(whole, path);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(error))) throw error;
    copyFileSync(whole, path, constants.COPYFILE_EXCL);
  }
}

function alreadyThere(path: string, cause?: unknown): JoulegateError {
  return new JoulegateError('bad-input', `${path} is there already, and is left as it is.`, {
    code: 'file-exists',
    nextStep: 'Add what is new by hand: --print shows the entries, and writes nothing.',
    cause,
  });
}
