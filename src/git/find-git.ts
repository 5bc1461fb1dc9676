import { JoulegateError } from '../errors/index.ts';
import { type Environment, findProgram } from '../system/index.ts';
import { searchPath } from './git-environment.ts';

/**
 * Absolute path of git, which is looked up as a shell does it, but never in the working directory and never below `root`:
 * a checkout may bring a program of that name.
 * @throws JoulegateError (bad-input, `git-missing`)
 */
export function findGit(environment: Environment, root: string): string {
  const found = findProgram('git', searchPath(environment, root));
  if (found !== null) return found;
  throw new JoulegateError('bad-input', 'git was not found', {
    code: 'git-missing',
    nextStep:
      'Install git and make sure it is on the PATH, outside this checkout, or name a folder instead of a revision.',
  });
}
