import { closeSync, constants, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { readSmallFile } from '../sensor/small-file.ts';

/** The file that says that a board's clock is locked, until it is restored; null without a folder for it. */
export function markPath(folder: string | undefined, key: string): string | null {
  return folder === undefined ? null : join(folder, `joulegate-${key}.clocks`);
}

/**
 * Makes the mark anew. Whoever else may write to the folder can have put a link or a pipe in its place: that is removed, and never
 * opened. The board's lock is held, so no other mark can come between.
 * @throws JoulegateError (could-not-measure, `mark-unwritable`) before anything is locked
 */
export function writeMark(folder: string, path: string, token: string): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
  try {
    mkdirSync(folder, { recursive: true });
    rmSync(path, { force: true });
    const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
    try {
      writeSync(file, token);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new JoulegateError('could-not-measure', `The mark of a locked clock ${path} cannot be written.`, {
      code: 'mark-unwritable',
      nextStep: 'Remove what lies there, or name a folder of your own in JOULEGATE_LOCKS.',
      cause: error,
    });
  }
}

/** What a mark says; null if there is none that can be read. */
export function readMark(path: string): string | null {
  const text = readSmallFile(path);
  return text === 'gone' ? null : text;
}

export function removeMark(path: string): void {
  rmSync(path, { force: true });
}
