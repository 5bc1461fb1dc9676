import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file that says that a board's clock is locked, until it is restored; null without a folder for it. */
export function markPath(folder: string | undefined, key: string): string | null {
  return folder === undefined ? null : join(folder, `joulegate-${key}.clocks`);
}

export function writeMark(folder: string, path: string, token: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, token);
}

/** What a mark says; null if there is none. */
export function readMark(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export function removeMark(path: string): void {
  rmSync(path, { force: true });
}
