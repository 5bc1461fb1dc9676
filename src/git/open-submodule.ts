import { join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import { openRepository, type Repository } from './open-repository.ts';

/** The error of files in a submodule that cannot be had: the repository around it has no more than a commit's hash. */
export function inSubmodule(path: string): JoulegateError {
  return new JoulegateError('bad-input', `${path} is a submodule, whose files are not here`, {
    code: 'source-not-in-git',
    nextStep:
      'Check submodules out with the commits of base and head (actions/checkout with submodules: true and fetch-depth: 0), or copy what is needed into the repository.',
  });
}

/**
 * The repository of a submodule that is checked out.
 * @param path below the root of the one around it
 * @throws JoulegateError (bad-input): `source-not-in-git` if it is not, and as `openRepository`
 */
export function openSubmodule(outer: Repository, path: string): Repository {
  const root = join(outer.root, path);
  const inner = openRepository({ root, environment: outer.environment });
  // Not one around it, and not where a link leads.
  if (inner?.root === root) return inner;
  throw inSubmodule(path);
}
