import { chmodSync, type Dirent, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const tries = 5;
const waitMs = 100;

function foldersIn(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  } catch {
    return [];
  }
}

/** Tools leave folders that even their owner may not write to. */
function makeWritable(folder: string): void {
  try {
    chmodSync(folder, 0o700);
  } catch {
    return;
  }
  for (const { name } of foldersIn(folder)) makeWritable(join(folder, name));
}

/**
 * Removes a folder with all below, whatever its modes are and even if something is still being written there.
 * @returns whether it is gone; nothing is thrown, because what was measured is worth more than a folder
 */
export function removeFolder(folder: string): boolean {
  for (const last of [false, true]) {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: tries, retryDelay: waitMs });
      return true;
    } catch {
      if (!last) makeWritable(folder);
    }
  }
  return false;
}
