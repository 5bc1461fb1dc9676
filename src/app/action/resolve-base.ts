import { existsSync, statSync } from 'node:fs';
import { JoulegateError } from '../../errors/index.ts';
import { fetchHistory, headCommit, mergeBase, repositoryRoot } from '../../git/index.ts';
import { baseOf, type Inputs, type Runner } from '../../github/index.ts';
import type { Host } from '../host.ts';
import { absolutePath } from '../open-manifest.ts';

/** Whether git knows the revision and where head left it. */
function isThere(root: string, host: Host, revision: string): boolean {
  try {
    mergeBase({ root, environment: host.environment, revision });
    return true;
  } catch (error) {
    const missing = ['unknown-revision', 'no-merge-base'];
    if (error instanceof JoulegateError && missing.includes(error.code)) return false;
    throw error;
  }
}

/**
 * What the event, or the input `base`, is compared with, fetched if the clone lacks it.
 * @returns a folder or revision, as `guard` takes it
 * @throws JoulegateError bad-input: no repository, dubious ownership, a base that cannot be found or fetched
 */
export function resolveBase(host: Host, runner: Runner, inputs: Inputs): string {
  if (inputs.base !== null) {
    const folder = absolutePath(host, inputs.base);
    if (existsSync(folder) && statSync(folder).isDirectory()) return inputs.base;
  }
  const root = host.workingDirectory;
  const question = { root, environment: host.environment };
  if (repositoryRoot(question) === null) {
    throw new JoulegateError('bad-input', `${root} is not in a git repository, so there is no base.`, {
      code: 'not-a-repository',
      nextStep: 'Run actions/checkout before this action, or give the input `base` a folder.',
    });
  }
  const plan = baseOf(runner, { head: headCommit(question), given: inputs.base });
  const { when, source, target, depth } = plan.fetch;
  host.progress.note(`base: ${plan.reason}`);
  if (when === 'missing' && isThere(root, host, plan.revision)) return plan.revision;
  host.progress.note(`fetching ${source}`);
  fetchHistory({
    ...question,
    source,
    target,
    depth,
    credentials:
      inputs.githubToken === null ? null : { serverUrl: runner.serverUrl, token: inputs.githubToken },
  });
  return target ?? plan.revision;
}
