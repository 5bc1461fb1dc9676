import { JoulegateError } from '../../errors/index.ts';
import {
  fetchHistory,
  fetchLeftOut,
  findRemoteRef,
  headCommit,
  mergeBase,
  type RemoteQuestion,
  type Repository,
} from '../../git/index.ts';
import { type BasePlan, baseOf, type Inputs, type Runner } from '../../github/index.ts';
import type { Host } from '../host.ts';
import { namesFolder } from '../project/index.ts';
import { assertNotLedAway, assertNotOfHead, headCheckout } from './head-checkout.ts';

/** Whether git knows the revision and where head left it. */
function isThere(repository: Repository, revision: string): boolean {
  try {
    mergeBase(repository, revision);
    return true;
  } catch (error) {
    if (!(error instanceof JoulegateError)) throw error;
    if (error.code === 'unknown-revision' || error.code === 'no-merge-base') return false;
    throw error;
  }
}

/** What is named by where it stands rather than by a name of its own: git has it here or nowhere. */
const relativeToHead = /^(?:HEAD|@)(?:[~^]\d*)*$/;
const abbreviatedHash = /^[0-9a-f]{7,}(?:[~^]\d*)*$/;

/** A ref of the remote, and what follows it: `main` and `~2`. */
interface GivenName {
  readonly source: string;
  readonly suffix: string;
}

/**
 * The ref of the remote that the input `base` names.
 * @returns null for what has to be in the clone
 * @throws JoulegateError (bad-input): `fetch-failed` for a name that the remote does not have, `ambiguous-revision`
 */
async function refOf(question: RemoteQuestion, given: string): Promise<GivenName | null> {
  if (relativeToHead.test(given)) return null;
  const [, name = '', suffix = ''] = /^(.*?)((?:[~^]\d*)*)$/s.exec(given) ?? [];
  if (name.startsWith('refs/')) return { source: name, suffix };
  const source = await findRemoteRef({ ...question, name });
  if (source !== null) return { source, suffix };
  if (abbreviatedHash.test(given)) return null;
  throw new JoulegateError('bad-input', `origin has no branch or tag "${name}"`, {
    code: 'fetch-failed',
    nextStep: 'Check the input `base`; for a folder write ./ before its name.',
  });
}

/** Sees to it that the clone has where head left the planned base. @returns how to name that; null if it has no base */
async function fetched(host: Host, plan: BasePlan, question: RemoteQuestion): Promise<string | null> {
  const { repository } = question;
  const { when, source: planned, target, depth } = plan.fetch;
  if (when === 'missing' && isThere(repository, plan.revision)) return plan.revision;
  const named =
    plan.kind === 'given' && target !== null
      ? await refOf(question, planned)
      : { source: planned, suffix: '' };
  if (named === null) return plan.revision;
  host.progress.note(`fetching ${named.source}`);
  await fetchHistory({ ...question, source: named.source, target, depth });
  if (plan.kind === 'previous-commit' && !isThere(repository, plan.revision)) {
    host.progress.note('there is no earlier commit, so every kernel is new');
    return null;
  }
  return target === null ? plan.revision : target + named.suffix;
}

/**
 * What the event, or the input `base`, is compared with, fetched if the clone lacks it.
 * @returns a folder or revision, as `guard` takes it; null for the first commit of a repository, which has no base
 * @throws JoulegateError bad-input: no repository, dubious ownership, a base that cannot be found or fetched, or is head's
 */
export async function resolveBase(host: Host, runner: Runner, inputs: Inputs): Promise<string | null> {
  const { base } = inputs;
  assertNotLedAway(host, runner, inputs);
  if (base !== null && namesFolder(base)) {
    assertNotOfHead(host, runner, { ...inputs, base });
    return base;
  }
  const repository = headCheckout(host, inputs);
  const plan = baseOf(runner, { head: headCommit(repository), given: base });
  const credentials =
    inputs.githubToken === null ? null : { serverUrl: runner.serverUrl, token: inputs.githubToken };
  const question: RemoteQuestion = { repository, credentials, signal: host.signal };
  host.progress.note(`base: ${plan.reason}`);
  const revision = await fetched(host, plan, question);
  if (revision !== null) await fetchLeftOut({ ...question, revision });
  return revision;
}
