import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import type { PinnedFile, PinnedFiles } from './types.ts';

/** A file that is not what this build was made with. It is never loaded, and nothing else is tried in its place. */
export function alteredError(what: string, cause?: unknown): JoulegateError {
  return new JoulegateError('could-not-measure', `${what}; it was not loaded.`, {
    code: 'native-part-altered',
    nextStep: 'Find out who changed it, or delete its folder if it is left over from another version.',
    cause,
  });
}

/** @throws JoulegateError (could-not-measure, `native-part-altered`) */
export function verifyContents(where: string, contents: Uint8Array, pin: PinnedFile): void {
  const actual = createHash('sha256').update(contents).digest('hex');
  if (actual === pin.sha256) return;
  throw alteredError(
    `${where} has sha256 ${actual}, but this version of Joulegate was made with ${pin.sha256}`,
  );
}

/**
 * Reads and checks every file of `pinned` in `folder`.
 * @returns null if all of them are there, else what is missing
 * @throws JoulegateError (could-not-measure, `native-part-altered`) if one is not what it should be
 */
export function verifyFolder(folder: string, pinned: PinnedFiles): string | null {
  const names = Object.keys(pinned);
  if (names.length === 0) return 'nothing is pinned for this platform';
  if (!existsSync(folder)) return 'it is not there';
  for (const name of names) {
    let contents: Uint8Array;
    try {
      contents = readFileSync(join(folder, name));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' || code === 'ENOTDIR' ? `it has no ${name}` : message;
    }
    verifyContents(join(folder, name), contents, pinned[name]!);
  }
  return null;
}
