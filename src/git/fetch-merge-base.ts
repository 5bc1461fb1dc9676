import { JoulegateError } from '../errors/index.ts';
import { addressOf, askRemote, quietFetch, type RemoteQuestion } from './ask-remote.ts';
import { endsOfHistory, listed } from './ends-of-history.ts';
import { deepen, fetchTips, firstStep, maxSteps } from './fetch-by-refs.ts';
import { fetchFailed, givesNoCommits } from './fetch-failure.ts';
import { askGit, type Repository } from './open-repository.ts';
import { nameIn } from './ref-names.ts';
import { findCommit, headCommit, mergeBase, resolveCommit } from './repository.ts';

export interface MergeBaseTask extends RemoteQuestion {
  /** A revision that the clone has, or that is so many generations before one: `main~20`. */
  readonly revision: string;
  /** What people know it by. */
  readonly label: string;
}

/** Ends of history that one fetch names: more do not fit every system's command line. */
const endsAtOnce = 500;

/** Ends of history that only one of a commit and head reaches. Where there are none, more history can change nothing. */
function hidingEnds(repository: Repository, commit: string): readonly string[] {
  const ends = endsOfHistory(repository);
  if (ends.size === 0) return [];
  const head = headCommit(repository);
  const common = askGit(repository, { args: ['merge-base', commit, head] })
    .stdout.toString('utf8')
    .trim();
  // One of them is the other's ancestor.
  if (common === commit || common === head) return [];
  return listed(repository, `${commit}...${head}`).filter((one) => ends.has(one));
}

/** How far before what it names a revision is: 21 for `main^~20`. */
function generations(revision: string): number {
  const steps = revision.matchAll(/~(\d*)|\^(?!\{)\d*/g);
  return [...steps].reduce((sum, [step, count]) => sum + (step[0] === '~' ? Number(count || 1) : 1), 0);
}

/** @param count commits behind each of `ends` */
async function fetchBehind(task: MergeBaseTask, ends: readonly string[], count: number): Promise<void> {
  const { repository, label } = task;
  task.onStep?.(
    `fetching ${count} more ${count === 1 ? 'commit' : 'commits'} of history, to find where head left ${label}`,
  );
  const result = await askRemote(task, [
    ...quietFetch,
    // An end itself is the first.
    ...[`--depth=${count + 1}`, '--', addressOf(repository), ...ends.slice(0, endsAtOnce)],
  ]);
  if (result.ok) return;
  if (givesNoCommits(result.message)) {
    const refs = await fetchTips(task);
    if (refs.length > 0) return deepen(task, refs, count);
  }
  throw fetchFailed(`more history of ${label}`, result.message);
}

/** The commit of a revision that may be too far back to be here. @throws JoulegateError (bad-input, `unknown-revision`) */
async function commitOf(task: MergeBaseTask): Promise<string> {
  const { repository, revision } = task;
  const [name, count] = [nameIn(revision), generations(revision)];
  const from = count === 0 || name === '' ? null : findCommit(repository, name);
  if (from !== null && findCommit(repository, revision) === null) {
    const ends = endsOfHistory(repository);
    const before = listed(repository, from).filter((one) => ends.has(one));
    if (before.length > 0) await fetchBehind(task, before, count);
  }
  return resolveCommit(repository, revision, task.label);
}

/**
 * Finds the commit at which what is checked out left a revision. Of what a shallow clone cut off, as much is fetched as
 * shows it, in steps that double: a merge base 40 commits back takes two.
 * @returns its full hash
 * @throws JoulegateError (bad-input): `no-merge-base` if they share no history, or none in 15,345 commits of either; and as
 * `resolveCommit` and `fetchHistory`
 */
export async function fetchMergeBase(task: MergeBaseTask): Promise<string> {
  const { repository, label } = task;
  const commit = await commitOf(task);
  for (let step = 0; ; step++) {
    const ends = hidingEnds(repository, commit);
    if (ends.length === 0) return mergeBase(repository, commit);
    if (step === maxSteps) break;
    await fetchBehind(task, ends, firstStep * 2 ** step);
  }
  const message = `HEAD and ${label} share no commit of the last ${firstStep * (2 ** maxSteps - 1)}`;
  throw new JoulegateError('bad-input', message, {
    code: 'no-merge-base',
    nextStep: 'Merge the base branch, or check out with all history (actions/checkout with fetch-depth: 0).',
  });
}
