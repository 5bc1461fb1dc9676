import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { makeFolder, writeFileAtomic } from '../../store/index.ts';
import type { Host } from '../host.ts';

/** @throws Error of the system, or JoulegateError, if the folder cannot be used */
function prepare(folder: string): void {
  // A link in a repository may lead anywhere on the machine.
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new JoulegateError('bad-input', 'it is a link', { code: 'cannot-write' });
  }
  makeFolder(folder);
  const ignore = join(folder, '.gitignore');
  if (!existsSync(ignore)) writeFileAtomic(ignore, '*\n');
}

/**
 * The folder beside a manifest that keeps the cost model and unfinished searches. Git is told to leave it alone. Where
 * it cannot be used the run goes on without: it only costs what could have been remembered.
 * @returns null if it cannot be used
 */
export function openStateFolder(host: Host, manifestFolder: string): string | null {
  const folder = join(manifestFolder, '.joulegate');
  try {
    prepare(folder);
    return folder;
  } catch (error) {
    const known = error instanceof JoulegateError || (error as NodeJS.ErrnoException).code !== undefined;
    if (!known) throw error;
    const reason = (error as Error).message;
    host.progress.warn(`${folder} cannot be used: ${reason}. Nothing is kept for the next run.`);
    return null;
  }
}
