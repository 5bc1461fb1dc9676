import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import type { Environment } from '../system/index.ts';
import { searchPath } from './git-environment.ts';

const names = process.platform === 'win32' ? ['git.exe'] : ['git'];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there, or not for us: git is elsewhere.
    return false;
  }
}

/**
 * Absolute path of git, which is looked up as a shell does it, but never in the working directory and never below `root`:
 * a checkout may bring a program of that name.
 * @throws JoulegateError (bad-input, `git-missing`)
 */
export function findGit(environment: Environment, root: string): string {
  const candidates = searchPath(environment, root).flatMap((folder) =>
    names.map((name) => join(folder, name)),
  );
  const found = candidates.find(isProgram);
  if (found !== undefined) return found;
  throw new JoulegateError('bad-input', 'git was not found', {
    code: 'git-missing',
    nextStep:
      'Install git and make sure it is on the PATH, outside this checkout, or name a folder instead of a revision.',
  });
}
