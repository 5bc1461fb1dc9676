import { statSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import { askGit, type Repository } from './open-repository.ts';
import { assertOneMeaning } from './ref-names.ts';
import { isObject, lfsPointerOfFile } from './stored-content.ts';

/** Names of all files of a large repository. */
const maxAnswerBytes = 64 * 1024 * 1024;

function answer(repository: Repository, args: readonly string[]): string {
  const result = askGit(repository, { args, maxBytes: maxAnswerBytes });
  if (result.ok) return result.stdout.toString('utf8').replace(/\r?\n$/, '');
  throw new JoulegateError('bad-input', `git ${args[0]} failed in ${repository.root}: ${result.message}`, {
    code: 'git-failed',
    nextStep: 'Run the command by hand to see more.',
  });
}

/** Full hash of the commit that is checked out. */
export function headCommit(repository: Repository): string {
  return resolveCommit(repository, 'HEAD');
}

/** Whether a file is what Git LFS keeps for the pointer that the index has. To git, whose filters are off, it looks changed. */
function isKeptByLfs(repository: Repository, path: string): boolean {
  const [, object] =
    /^\d+ ([0-9a-f]+) 0\t/.exec(
      answer(repository, ['--literal-pathspecs', 'ls-files', '--stage', '-z', '--', path]),
    ) ?? [];
  const file = join(repository.root, path);
  return object !== undefined && statSync(file).isFile() && isObject(lfsPointerOfFile(file), object);
}

/** Whether tracked files differ from the commit that is checked out. */
export function isDirty(repository: Repository): boolean {
  const args = ['status', '--porcelain', '-z', '--no-renames', '--untracked-files=no', '--ignore-submodules'];
  const changed = answer(repository, args)
    .split('\0')
    .filter((line) => line !== '');
  return changed.some((line) => !line.startsWith(' M ') || !isKeptByLfs(repository, line.slice(3)));
}

/** Whether history was cut off when this was cloned. */
export function isShallow(repository: Repository): boolean {
  return answer(repository, ['rev-parse', '--is-shallow-repository']) === 'true';
}

/** A revision must not be taken for an option, a range or a path. @throws JoulegateError (bad-input, `bad-revision`) */
export function assertRevision(revision: string): void {
  if (revision === '' || revision.length > 300 || /^-|\.\.|[\s:\p{Cc}]/u.test(revision)) {
    const shown = JSON.stringify(revision.slice(0, 60));
    throw new JoulegateError('bad-input', `${shown} is not a revision`, {
      code: 'bad-revision',
      nextStep: 'Name a branch, a tag or a commit, e.g. origin/main or HEAD~1.',
    });
  }
}

/**
 * Full hash of the commit that `revision` names; null if the clone has none.
 * @throws JoulegateError (bad-input): `bad-revision`, `ambiguous-revision`, and those of git itself.
 */
export function findCommit(repository: Repository, revision: string): string | null {
  assertRevision(revision);
  assertOneMeaning(repository, revision);
  const args = ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`];
  const result = askGit(repository, { args });
  const commit = result.stdout.toString('utf8').trim();
  return result.ok && /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
}

/**
 * Full hash of the commit that `revision` names.
 * @throws JoulegateError (bad-input): `unknown-revision`, and as `findCommit`
 */
export function resolveCommit(repository: Repository, revision: string): string {
  const commit = findCommit(repository, revision);
  if (commit !== null) return commit;
  throw new JoulegateError('bad-input', `there is no revision "${revision}" in ${repository.root}`, {
    code: 'unknown-revision',
    nextStep: isShallow(repository)
      ? 'This clone is shallow: fetch the history (actions/checkout with fetch-depth: 0, or git fetch --unshallow).'
      : 'Check the name, or fetch it first.',
  });
}

/**
 * Full hash of the commit at which `revision` and what is checked out parted: what a change is compared with.
 * @throws JoulegateError (bad-input, `no-merge-base`) if they share no history, or it was not fetched.
 */
export function mergeBase(repository: Repository, revision: string): string {
  const commit = resolveCommit(repository, revision);
  const result = askGit(repository, { args: ['merge-base', commit, 'HEAD'] });
  if (result.ok) return result.stdout.toString('utf8').trim();
  throw new JoulegateError('bad-input', `"${revision}" and HEAD share no history in ${repository.root}`, {
    code: 'no-merge-base',
    nextStep: isShallow(repository)
      ? 'This clone is shallow: fetch the history (actions/checkout with fetch-depth: 0, or git fetch --unshallow).'
      : 'Name a revision that HEAD descends from.',
  });
}
