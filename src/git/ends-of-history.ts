import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import { askGit, type Repository } from './open-repository.ts';

const maxListBytes = 64 * 1024 * 1024;

/** Commits whose parents a shallow clone did not fetch. */
export function endsOfHistory({ commonDirectory }: Repository): ReadonlySet<string> {
  const file = join(commonDirectory, 'shallow');
  return new Set(existsSync(file) ? readFileSync(file, 'utf8').match(/^[0-9a-f]+$/gm) : []);
}

/** Full hashes of the commits of a range, as far as they are here. @throws JoulegateError (bad-input, `git-failed`) */
export function listed(repository: Repository, range: string): readonly string[] {
  const result = askGit(repository, { args: ['rev-list', range, '--'], maxBytes: maxListBytes });
  if (result.ok) return result.stdout.toString('utf8').split('\n');
  throw new JoulegateError('bad-input', `git cannot list the history of ${range}: ${result.message}`, {
    code: 'git-failed',
    nextStep: 'Run `git rev-list` by hand to see more.',
  });
}
