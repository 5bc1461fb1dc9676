import { JoulegateError } from '../../errors/index.ts';
import {
  fetchHistory,
  fetchMergeBase,
  findCommit,
  findRemoteRef,
  placesOf,
  type RemoteQuestion,
  resolveCommit,
} from '../../git/index.ts';
import type { BasePlan } from '../../github/index.ts';
import type { BaseCommit } from '../guard/index.ts';
import type { Host } from '../host.ts';

/** Where a fetched ref is kept, out of the way of the user's own. */
const target = 'refs/joulegate/base';

/** What only this clone can tell: from HEAD, out of its reflogs and settings, by a message. */
const isLocal = (given: string): boolean => /^(?:HEAD|@)(?:[~^].*)?$|@\{|\^\{\//s.test(given);
const fullHash = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

/** `main` and `~2` of `main~2`. */
function partsOf(source: string): { readonly name: string; readonly suffix: string } {
  const [, name = '', suffix = ''] = /^(.*?)((?:[~^]\d*|\^\{[^}]*\})*)$/s.exec(source) ?? [];
  return { name, suffix };
}

interface Search {
  readonly host: Host;
  readonly plan: BasePlan;
  readonly question: RemoteQuestion;
}

async function fetchOne({ host, plan, question }: Search, source: string, ref: string | null): Promise<void> {
  host.progress.note(`fetching ${source}`);
  await fetchHistory({ ...question, source, target: ref, depth: plan.fetch.depth });
}

/** @returns how the clone names a ref of the remote as it is there now; null if the remote has none of that name */
async function fetchedRef(search: Search, name: string): Promise<string | null> {
  const { question } = search;
  const found = await findRemoteRef({ ...question, name });
  if (found === null) return null;
  // A depth would cut off the history of what is here.
  if (findCommit(question.repository, found.object) !== null) return found.object;
  await fetchOne(search, found.ref, target);
  return target;
}

/**
 * How the clone names what the input `base` does. A branch or tag is that of the remote: a clone on a runner of one's own may
 * hold it as it was weeks ago.
 * @throws JoulegateError (bad-input): `fetch-failed` for a name that neither has, `ambiguous-revision`
 */
async function givenRevision(search: Search): Promise<string> {
  const { plan, question } = search;
  const { revision: given, fetch } = plan;
  if (isLocal(given)) return given;
  const { name, suffix } = partsOf(fetch.source);
  if (/^0{40,64}$/.test(name)) {
    throw new JoulegateError(
      'bad-input',
      'The input `base` is the hash of no commit: there is none before the first push of a branch.',
      {
        code: 'no-base',
        nextStep: 'Leave `base` out, which compares with the commit before, or give it a branch.',
      },
    );
  }
  if (fullHash.test(name)) {
    if (findCommit(question.repository, name) === null) await fetchOne(search, name, null);
    return given;
  }
  const ref = await fetchedRef(search, name);
  if (ref !== null) return ref + suffix;
  // What the clone holds of a remote's branch that is gone is an old state of it.
  const isOfRemote = /^(?:refs\/)?(?:remotes\/|origin\/)/.test(given);
  if (!isOfRemote && findCommit(question.repository, given) !== null) {
    search.host.progress.note(`origin has no branch or tag "${name}": the clone's is taken`);
    return given;
  }
  throw new JoulegateError('bad-input', `origin has no branch or tag "${name}"`, {
    code: 'fetch-failed',
    nextStep: /^[0-9a-f]{4,}$/i.test(name)
      ? 'Give the input `base` the full hash: a remote does not find a commit by the start of one.'
      : 'Check the input `base`; for a folder write ./ before its name.',
  });
}

async function branchRevision(search: Search): Promise<string> {
  const { source } = search.plan.fetch;
  const ref = await fetchedRef(search, source);
  if (ref !== null) return ref;
  throw new JoulegateError('bad-input', `origin has no ${source}`, {
    code: 'fetch-failed',
    nextStep: 'The branch may have been deleted or renamed: give the input `base` another.',
  });
}

/** @returns how the clone names what is planned; null for the commit before the first */
async function plannedRevision(search: Search): Promise<string | null> {
  const { host, plan, question } = search;
  const isThere = () => findCommit(question.repository, plan.revision) !== null;
  if (isThere()) return plan.revision;
  await fetchOne(search, plan.fetch.source, null);
  if (plan.kind !== 'previous-commit' || isThere()) return plan.revision;
  host.progress.note('there is no earlier commit, so every kernel is new');
  return null;
}

/**
 * The commit that is planned to be compared with. What the clone lacks of it is fetched: that commit, and of the history of a
 * branch no more than shows where head left it.
 * @returns null if there is none
 * @throws JoulegateError as `resolveCommit`, `fetchHistory`, `fetchMergeBase`
 */
export async function findBase(search: Search): Promise<BaseCommit | null> {
  const { plan, question } = search;
  const find =
    plan.is === 'itself' ? plannedRevision : plan.kind === 'given' ? givenRevision : branchRevision;
  const revision = await find(search);
  if (revision === null) return null;
  const { repository } = question;
  const label = fullHash.test(plan.revision) ? plan.revision.slice(0, 12) : plan.revision;
  const refs = [...(question.refs ?? []), ...placesOf(partsOf(plan.fetch.source).name)];
  const commit =
    plan.is === 'itself'
      ? resolveCommit(repository, revision)
      : await fetchMergeBase({ ...question, refs, revision, label });
  return { label, commit };
}
