import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Environment, inheritedEnvironment } from './inherited-environment.ts';
import { neutralFolder } from './neutral-folder.ts';

/** What a path is without one, as the C library has it. */
const usualFolders = ['/usr/local/bin', '/usr/bin', '/bin'];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first of these folders' programs of a name; null if none has one that may be run. */
export function programIn(folders: readonly string[], name: string): string | null {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  return folders.map((folder) => join(folder, file)).find(isProgram) ?? null;
}

/**
 * The absolute path of a program of the system, by the absolute folders of the caller's `PATH`. On Windows the system itself would look in
 * the current folder first.
 * @returns its name in a folder that is not there if there is none, so that starting it fails as for a missing program
 */
export function findProgram(name: string, environment: Environment): string {
  const inherited = inheritedEnvironment(environment);
  const pathName = Object.keys(inherited).find((key) => key.toUpperCase() === 'PATH');
  const folders = pathName === undefined ? usualFolders : inherited[pathName]!.split(delimiter);
  return programIn(folders, name) ?? join(neutralFolder, 'not-on-the-path', name);
}
