import { fetchLeftOut, headCommit, type RemoteQuestion } from '../../git/index.ts';
import { baseOf, type Inputs, type Runner, refsOf } from '../../github/index.ts';
import type { BaseCommit } from '../guard/index.ts';
import type { Host } from '../host.ts';
import { namesFolder } from '../project/index.ts';
import { assertAskedFor } from './asked-pull-request.ts';
import { findBase } from './find-base.ts';
import { assertNotLedAway, assertNotOfHead, headCheckout } from './head-checkout.ts';

/**
 * What the event, or the input `base`, is compared with, fetched if the clone lacks it.
 * @returns a folder or commit, as `guard` takes it; null for the first commit of a repository, which has no base
 * @throws JoulegateError bad-input: no repository, dubious ownership, a base that cannot be found or fetched, or is head's
 */
export async function resolveBase(
  host: Host,
  runner: Runner,
  inputs: Inputs,
): Promise<string | BaseCommit | null> {
  const { base } = inputs;
  assertNotLedAway(host, runner, inputs);
  if (runner.pullRequest?.asked !== undefined) assertAskedFor(runner, headCommit(headCheckout(host, inputs)));
  if (base !== null && namesFolder(base)) {
    assertNotOfHead(host, runner, { ...inputs, base });
    return base;
  }
  const repository = headCheckout(host, inputs);
  const plan = baseOf(runner, { head: headCommit(repository), given: base });
  const credentials =
    inputs.githubToken === null ? null : { serverUrl: runner.serverUrl, token: inputs.githubToken };
  const question: RemoteQuestion = {
    repository,
    credentials,
    signal: host.signal,
    refs: refsOf(runner),
    onStep: (text) => host.progress.note(text),
  };
  host.progress.note(`base: ${plan.reason}`);
  const found = await findBase({ host, plan, question });
  if (found !== null) await fetchLeftOut({ ...question, commit: found.commit });
  return found;
}
