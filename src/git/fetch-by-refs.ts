import { addressOf, askRemote, quietFetch, type RemoteQuestion, type RemoteRef } from './ask-remote.ts';
import { endsOfHistory, listed } from './ends-of-history.ts';
import { fetchFailed } from './fetch-failure.ts';
import { findCommit, isShallow } from './repository.ts';

/** Commits behind each end of history that the first step fetches. Each further one fetches twice as many. */
export const firstStep = 15;
/** Ends 15,345 commits back, which is more than the parting of any branch that somebody still works on. */
export const maxSteps = 10;

/** Those of the refs that reach what is asked for which the remote has. */
async function tipsOf(question: RemoteQuestion): Promise<readonly RemoteRef[]> {
  const { repository, refs = [] } = question;
  if (refs.length === 0) return [];
  const result = await askRemote(question, ['ls-remote', '--quiet', '--', addressOf(repository), ...refs]);
  if (!result.ok) throw fetchFailed(refs.join(', '), result.message);
  return result.stdout
    .toString('utf8')
    .split('\n')
    .map((line) => line.split('\t'))
    .flatMap(([object = '', ref = '']) => (refs.includes(ref) ? [{ ref, object }] : []));
}

/** Fetches what refs point at, each commit without its history. @returns the refs of `question` that the remote has */
export async function fetchTips(question: RemoteQuestion): Promise<readonly RemoteRef[]> {
  const { repository } = question;
  const tips = await tipsOf(question);
  // A depth would cut off the history of what is here.
  const missing = tips.filter(({ object }) => findCommit(repository, object) === null);
  if (missing.length === 0) return tips;
  const result = await askRemote(question, [
    ...quietFetch,
    ...(isShallow(repository) ? ['--depth=1'] : []),
    ...['--', addressOf(repository), ...missing.map(({ ref }) => ref)],
  ]);
  if (!result.ok) throw fetchFailed(missing.map(({ ref }) => ref).join(', '), result.message);
  return tips;
}

/** Fetches so many more commits behind each end of history that refs reach, which no commit has to be named for. */
export async function deepen(
  question: RemoteQuestion,
  tips: readonly RemoteRef[],
  count: number,
): Promise<void> {
  const refs = tips.map(({ ref }) => ref);
  const result = await askRemote(question, [
    ...quietFetch,
    ...[`--deepen=${count}`, '--', addressOf(question.repository), ...refs],
  ]);
  if (!result.ok) throw fetchFailed(`more history of ${refs.join(', ')}`, result.message);
}

/** Whether there is more history behind a ref than is here. */
function hasMore({ repository }: RemoteQuestion, { object }: RemoteRef): boolean {
  const ends = endsOfHistory(repository);
  return ends.size > 0 && listed(repository, object).some((one) => ends.has(one));
}

/**
 * Fetches the history of one of `refs` after another, in steps that double, until what is wanted is there.
 * @returns whether it is
 * @throws JoulegateError as `fetchHistory`
 */
export async function fetchByRefs(question: RemoteQuestion, isThere: () => boolean): Promise<boolean> {
  for (const ref of question.refs ?? []) {
    const tips = await fetchTips({ ...question, refs: [ref] });
    const [tip] = tips;
    for (let step = 0; tip !== undefined && !isThere(); step++) {
      if (step === maxSteps || !hasMore(question, tip)) break;
      const count = firstStep * 2 ** step;
      question.onStep?.(`fetching ${count} more commits of ${ref}: origin gives no single commits`);
      await deepen(question, tips, count);
    }
    if (isThere()) return true;
  }
  return false;
}
