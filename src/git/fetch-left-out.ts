import { addressOf, askRemote, quietFetch, type RemoteQuestion } from './ask-remote.ts';
import { fetchFailed } from './fetch-failure.ts';
import { askGit, type Repository } from './open-repository.ts';

const maxListBytes = 64 * 1024 * 1024;
/** Fits the longest command line of any system. */
const objectsAtOnce = 500;

function listed(repository: Repository, args: readonly string[]): string {
  const result = askGit(repository, { args, maxBytes: maxListBytes });
  if (result.ok) return result.stdout.toString('utf8');
  throw fetchFailed('what a partial clone left out', result.message);
}

/** Files as a commit had them that differ at HEAD, and that a partial clone did not fetch. */
function missingObjects(repository: Repository, commit: string): readonly string[] {
  const changes = listed(repository, [
    'diff-tree',
    '-r',
    '--raw',
    '--no-renames',
    '--no-abbrev',
    commit,
    'HEAD',
  ]);
  const before = new Set(changes.match(/(?<=^:\d+ \d+ )[0-9a-f]+/gm));
  if (before.size === 0) return [];
  const objects = listed(repository, ['rev-list', '--objects', '--missing=print', '--no-walk', commit]);
  return (objects.match(/(?<=^\?)[0-9a-f]+/gm) ?? []).filter((object) => before.has(object));
}

/**
 * Fetches what a partial clone (`filter: blob:none`) left out of a commit: the files that head changed. Those that it did
 * not are on the disk.
 * @throws JoulegateError as `fetchHistory`
 */
export async function fetchLeftOut(question: RemoteQuestion & { readonly commit: string }): Promise<void> {
  const { repository, commit } = question;
  if (
    !repository.settings.some(({ key }) => /^(?:extensions\.partialclone|remote\..*\.promisor)$/s.test(key))
  )
    return;
  const objects = missingObjects(repository, commit);
  for (let at = 0; at < objects.length; at += objectsAtOnce) {
    const result = await askRemote(question, [
      // What is there does not say what came with it: nothing is offered.
      ...['-c', 'fetch.negotiationAlgorithm=noop'],
      ...quietFetch,
      ...['--', addressOf(repository), ...objects.slice(at, at + objectsAtOnce)],
    ]);
    if (!result.ok) throw fetchFailed(commit, result.message);
  }
}
