import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import { askGit, type Repository } from './open-repository.ts';

const lines = (output: Buffer): readonly string[] =>
  output
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');

/** What is written in full can be nothing else: a commit's hash, a ref from its root, what is checked out. */
const full = /^(?:[0-9a-f]{40}|[0-9a-f]{64}|refs\/.*|HEAD|@)?$/;

/** The name in `main~2` or `main@{1}`; empty for `@{1}`. */
export function nameIn(revision: string): string {
  return revision.split(/[~^]|@\{/)[0] ?? '';
}

/** The error of a name with several meanings. */
export function ambiguous(name: string, meanings: readonly string[]): JoulegateError {
  return new JoulegateError('bad-input', `"${name}" may mean ${meanings.join(' or ')}`, {
    code: 'ambiguous-revision',
    nextStep: 'Write the one that is meant in full.',
  });
}

/**
 * Refuses a name that several refs have. Git takes the first of its list, in which a tag goes before a branch: whoever may
 * push one could have it taken for the other.
 * @throws JoulegateError (bad-input, `ambiguous-revision`)
 */
export function assertOneMeaning(repository: Repository, revision: string): void {
  const name = nameIn(revision);
  if (full.test(name)) return;
  const places = ['refs', 'refs/tags', 'refs/heads', 'refs/remotes'].map((folder) => `${folder}/${name}`);
  places.push(`refs/remotes/${name}/HEAD`);
  const refs = askGit(repository, { args: ['for-each-ref', '--format=%(refname)', ...places] });
  const meanings = lines(refs.stdout).filter((ref) => places.includes(ref));
  if (meanings.length === 0) return;
  if (/^[A-Z_]+$/.test(name) && existsSync(join(repository.gitDirectory, name)))
    meanings.push(`git's own ${name}`);
  if (/^[0-9a-f]{4,}$/.test(name)) {
    const objects = askGit(repository, { args: ['rev-parse', `--disambiguate=${name}`] });
    meanings.push(...lines(objects.stdout));
  }
  if (meanings.length > 1) throw ambiguous(name, meanings);
}
