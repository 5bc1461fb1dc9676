import { addressOf, askRemote, quietFetch, type RemoteQuestion, type RemoteRef } from './ask-remote.ts';
import { endsOfHistory } from './ends-of-history.ts';
import { fetchByRefs } from './fetch-by-refs.ts';
import { fetchFailed, givesNoCommits } from './fetch-failure.ts';
import { ambiguous } from './ref-names.ts';
import { assertRefName, findCommit, isShallow } from './repository.ts';

export interface FetchTask extends RemoteQuestion {
  /** A commit's hash, or a ref of the remote with its full name. */
  readonly source: string;
  /** Ref to store it under; null for a commit, which is found by its hash. */
  readonly target: string | null;
  /** How many commits of history a shallow clone gets of it, itself among them. A full clone stays full. */
  readonly depth: number;
}

/** Refs that a branch or tag may have, by its name. `heads/main` is a ref without its root, as git takes it too. */
export function placesOf(name: string): readonly string[] {
  if (name.startsWith('refs/')) return [name];
  const own = [`refs/heads/${name}`, `refs/tags/${name}`];
  return /^(?:heads|tags)\//.test(name) ? [`refs/${name}`, ...own] : own;
}

/**
 * The ref of `origin` that is called by its full name, or by that of a branch or tag.
 * @returns null if there is none
 * @throws JoulegateError (bad-input): `ambiguous-revision` if there is a branch and a tag, and as `fetchHistory`
 */
export async function findRemoteRef(
  question: RemoteQuestion & { readonly name: string },
): Promise<RemoteRef | null> {
  const { repository, name } = question;
  assertRefName(name);
  const places = placesOf(name);
  const result = await askRemote(question, ['ls-remote', '--quiet', '--', addressOf(repository), ...places]);
  if (!result.ok) throw fetchFailed(name, result.message);
  const lines = result.stdout.toString('utf8').split('\n');
  const [found = null, other] = lines
    .map((line) => line.split('\t'))
    .map(([object = '', ref = '']) => ({ ref, object }))
    // Its patterns match ends of names too.
    .filter(({ ref }) => places.includes(ref));
  if (found === null || other === undefined) return found;
  throw ambiguous(name, [found.ref, other.ref]);
}

/**
 * Fetches from `origin` what a comparison needs and a shallow clone lacks: a commit by its hash, or, where the server takes
 * none, by as much history of `refs` as shows it.
 * @throws JoulegateError (bad-input, `fetch-failed`) if the remote cannot be read or does not have it; (bad-input,
 * `git-timeout`) if it does not answer; (interrupted, `interrupted`) if `signal` is aborted first. No git process is left.
 */
export async function fetchHistory(task: FetchTask): Promise<void> {
  const { repository, source, target, depth } = task;
  assertRefName(source);
  const result = await askRemote(task, [
    ...quietFetch,
    ...(isShallow(repository) ? [`--depth=${depth}`] : []),
    '--',
    addressOf(repository),
    target === null ? source : `+${source}:${target}`,
  ]);
  if (result.ok) return;
  const isThere = () =>
    findCommit(repository, source) !== null && (depth === 1 || !endsOfHistory(repository).has(source));
  if (givesNoCommits(result.message) && (await fetchByRefs(task, isThere))) return;
  throw fetchFailed(source, result.message);
}
