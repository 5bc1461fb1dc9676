import { statSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import { askGit, type Repository } from './open-repository.ts';
import { assertOneMeaning, nameIn } from './ref-names.ts';
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

function badRevision(revision: string): JoulegateError {
  const shown = JSON.stringify(revision.slice(0, 60));
  return new JoulegateError('bad-input', `${shown} is not a revision`, {
    code: 'bad-revision',
    nextStep: 'Name a branch, a tag or a commit, e.g. origin/main or HEAD~1.',
  });
}

/**
 * A revision must not be taken for an option, a range or a path. What stands in braces is git's to read: `v1^{}`,
 * `main@{yesterday 9:00}`.
 * @throws JoulegateError (bad-input, `bad-revision`)
 */
export function assertRevision(revision: string): void {
  const outside = revision.replace(/\{[^{}]*\}/g, '{}');
  const isRevision = !/^[-^]|\.\.|[ :]/.test(outside) && !/\p{Cc}/u.test(revision);
  if (!isRevision || revision === '' || revision.length > 300) throw badRevision(revision);
}

/** As `assertRevision`, for what a remote is asked for: nothing in it may be read as a pattern, or as two names. */
export function assertRefName(name: string): void {
  assertRevision(name);
  if (/^\+|[ :~^?*[\\]|@\{/.test(name)) throw badRevision(name);
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
 * @param label what people know it by
 * @throws JoulegateError (bad-input): `unknown-revision`, and as `findCommit`
 */
export function resolveCommit(repository: Repository, revision: string, label = revision): string {
  const commit = findCommit(repository, revision);
  if (commit !== null) return commit;
  const [why, nextStep] = missing(repository, revision);
  const plain = (text: string) =>
    label === revision ? text : text.replaceAll(nameIn(revision), nameIn(label));
  throw new JoulegateError('bad-input', `there is no revision "${label}"${plain(why)}`, {
    code: 'unknown-revision',
    nextStep: plain(nextStep),
  });
}

/** How many parents a commit was made with, also those that a shallow clone hides. */
function parentsOf(repository: Repository, commit: string): number {
  const [head = ''] = answer(repository, ['cat-file', 'commit', commit]).split('\n\n');
  return head.match(/^parent /gm)?.length ?? 0;
}

/** Why a revision is not there, and what to do. */
function missing(repository: Repository, revision: string): readonly [why: string, nextStep: string] {
  const name = nameIn(revision);
  if (revision.includes('@{')) {
    return [
      '',
      'A checkout of a commit has no upstream and no earlier states: name a branch, e.g. origin/main.',
    ];
  }
  if (name === '' || name === revision || findCommit(repository, name) === null) {
    const command = /^[\w.-]+$/.test(name) ? `: git fetch origin ${name}` : '';
    return [` in ${repository.root}`, `Check the name, or fetch it first${command}.`];
  }
  const [, ancestor = '', wanted = '0'] = /^(.*)\^(\d+)$/s.exec(revision) ?? [];
  const child = ancestor === '' ? null : findCommit(repository, ancestor);
  if (child !== null && Number(wanted) > Math.max(1, parentsOf(repository, child))) {
    return [`: ${ancestor} is no merge of so many`, `Name its first parent: ${ancestor}^.`];
  }
  if (isShallow(repository)) {
    return [
      `: this clone is shallow and does not go that far back behind ${name}`,
      'Fetch more history: git fetch --deepen=100, or actions/checkout with fetch-depth: 0.',
    ];
  }
  return [`: there is ${name}, but not what follows`, `Look at its history: git log ${name}.`];
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
      ? 'This clone is shallow: fetch more history (git fetch --deepen=100, or actions/checkout with fetch-depth: 0).'
      : 'Name a revision that HEAD descends from.',
  });
}
