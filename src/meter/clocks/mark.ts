import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSmallFile } from '../sensor/small-file.ts';

/** The file that says that a board's clock is locked, until it is restored; null without a folder for it. */
export function markPath(folder: string | undefined, key: string): string | null {
  return folder === undefined ? null : join(folder, `joulegate-${key}.clocks`);
}

export function writeMark(folder: string, path: string, token: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, token);
}

/** What a mark says; null if there is none that can be read. */
export function readMark(path: string): string | null {
  const text = readSmallFile(path);
  return text === 'gone' ? null : text;
}

export function removeMark(path: string): void {
  rmSync(path, { force: true });
}
