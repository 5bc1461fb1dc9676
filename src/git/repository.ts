import { JoulegateError } from '../errors/index.ts';
import type { Environment } from './git-process.ts';
import { runGit } from './run-git.ts';

export interface RepositoryQuestion {
  /** A folder in the repository. */
  readonly root: string;
  readonly environment: Environment;
}

function answer(question: RepositoryQuestion, args: readonly string[]): string {
  const result = runGit({ folder: question.root, environment: question.environment, args });
  if (result.ok) return result.stdout.toString('utf8').replace(/\r?\n$/, '');
  throw new JoulegateError('bad-input', `git ${args[0]} failed in ${question.root}: ${result.message}`, {
    code: 'git-failed',
    nextStep: 'Run the command by hand to see more.',
  });
}

/** Absolute path of the working tree that `root` lies in; null outside a repository. */
export function repositoryRoot(question: RepositoryQuestion): string | null {
  try {
    return answer(question, ['rev-parse', '--show-toplevel']);
  } catch (error) {
    if (error instanceof JoulegateError && error.code === 'not-a-repository') return null;
    throw error;
  }
}

/** Full hash of the commit that is checked out. */
export function headCommit(question: RepositoryQuestion): string {
  return resolveCommit({ ...question, revision: 'HEAD' });
}

/** Whether tracked files differ from the commit that is checked out. */
export function isDirty(question: RepositoryQuestion): boolean {
  return answer(question, ['status', '--porcelain', '--untracked-files=no', '--ignore-submodules']) !== '';
}

/** Whether history was cut off when this was cloned. */
export function isShallow(question: RepositoryQuestion): boolean {
  return answer(question, ['rev-parse', '--is-shallow-repository']) === 'true';
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
 * Full hash of the commit that `revision` names.
 * @throws JoulegateError (bad-input): `bad-revision`, `unknown-revision`, and those of git itself.
 */
export function resolveCommit(question: RepositoryQuestion & { readonly revision: string }): string {
  const { root, environment, revision } = question;
  assertRevision(revision);
  const args = ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`];
  const result = runGit({ folder: root, environment, args });
  const commit = result.stdout.toString('utf8').trim();
  if (result.ok && /^[0-9a-f]{40,64}$/.test(commit)) return commit;
  throw new JoulegateError('bad-input', `there is no revision "${revision}" in ${root}`, {
    code: 'unknown-revision',
    nextStep: isShallow(question)
      ? 'This clone is shallow: fetch the history (actions/checkout with fetch-depth: 0, or git fetch --unshallow).'
      : 'Check the name, or fetch it first.',
  });
}

/**
 * Full hash of the commit at which `revision` and what is checked out parted: what a change is compared with.
 * @throws JoulegateError (bad-input, `no-merge-base`) if they share no history, or it was not fetched.
 */
export function mergeBase(question: RepositoryQuestion & { readonly revision: string }): string {
  const { root, environment, revision } = question;
  const commit = resolveCommit(question);
  const result = runGit({ folder: root, environment, args: ['merge-base', commit, 'HEAD'] });
  if (result.ok) return result.stdout.toString('utf8').trim();
  throw new JoulegateError('bad-input', `"${revision}" and HEAD share no history in ${root}`, {
    code: 'no-merge-base',
    nextStep: isShallow(question)
      ? 'This clone is shallow: fetch the history (actions/checkout with fetch-depth: 0, or git fetch --unshallow).'
      : 'Name a revision that HEAD descends from.',
  });
}
