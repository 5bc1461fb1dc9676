import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { fetchHistory, headCommit, mergeBase, repositoryRoot } from '../../git/index.ts';
import { baseOf, type Inputs, type Runner } from '../../github/index.ts';
import type { Host } from '../host.ts';
import { absolutePath } from '../project/index.ts';

/** Whether git knows the revision and where head left it. */
function isThere(root: string, host: Host, revision: string): boolean {
  try {
    mergeBase({ root, environment: host.environment, revision });
    return true;
  } catch (error) {
    if (!(error instanceof JoulegateError)) throw error;
    if (error.code === 'unknown-revision' || error.code === 'no-merge-base') return false;
    throw error;
  }
}

/** The event speaks of one repository: a submodule's commits are others, and its base would be the wrong one. */
function assertInRepository(host: Host, manifest: string, repository: string): void {
  const root = dirname(absolutePath(host, manifest));
  if (!existsSync(root) || repositoryRoot({ root, environment: host.environment }) === repository) return;
  throw new JoulegateError('bad-input', `${manifest} is in a repository of its own inside this one.`, {
    code: 'manifest-in-submodule',
    nextStep: 'Guard a submodule in the workflows of its own repository, or give the input `base` a folder.',
  });
}

/**
 * What the event, or the input `base`, is compared with, fetched if the clone lacks it.
 * @returns a folder or revision, as `guard` takes it; null for the first commit of a repository, which has no base
 * @throws JoulegateError bad-input: no repository, dubious ownership, a base that cannot be found or fetched
 */
export async function resolveBase(host: Host, runner: Runner, inputs: Inputs): Promise<string | null> {
  if (inputs.base !== null) {
    const folder = absolutePath(host, inputs.base);
    if (existsSync(folder) && statSync(folder).isDirectory()) return inputs.base;
  }
  const root = host.workingDirectory;
  const question = { root, environment: host.environment };
  const repository = repositoryRoot(question);
  if (repository === null) {
    throw new JoulegateError('bad-input', `${root} is not in a git repository, so there is no base.`, {
      code: 'not-a-repository',
      nextStep: 'Run actions/checkout before this action, or give the input `base` a folder.',
    });
  }
  assertInRepository(host, inputs.manifest, repository);
  const plan = baseOf(runner, { head: headCommit(question), given: inputs.base });
  const { when, source, target, depth } = plan.fetch;
  host.progress.note(`base: ${plan.reason}`);
  if (when === 'missing' && isThere(root, host, plan.revision)) return plan.revision;
  host.progress.note(`fetching ${source}`);
  await fetchHistory({
    ...question,
    signal: host.signal,
    source,
    target,
    depth,
    credentials:
      inputs.githubToken === null ? null : { serverUrl: runner.serverUrl, token: inputs.githubToken },
  });
  if (plan.kind === 'previous-commit' && !isThere(root, host, plan.revision)) {
    host.progress.note('there is no earlier commit, so every kernel is new');
    return null;
  }
  return target ?? plan.revision;
}
