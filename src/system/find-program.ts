import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where systems keep their own programs. */
export const systemFolders = ['/usr/bin', '/bin', '/usr/local/bin', '/run/current-system/sw/bin'] as const;

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there, or not for us: it is elsewhere.
    return false;
  }
}

/**
 * The path of a program in the first of these folders that has it, so that nothing is left to be looked up when it is started: Windows
 * would begin with the current folder.
 * @param folders absolute
 */
export function findProgram(name: string, folders: readonly string[]): string | null {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  return folders.map((folder) => join(folder, file)).find(isProgram) ?? null;
}
