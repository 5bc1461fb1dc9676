import {
  announce,
  appendJobSummary,
  checkRunName,
  publishFailedCheckRun,
  setOutputs,
} from '../../github/index.ts';
import { renderFailure, renderFailureComment } from '../../report/index.ts';
import { isOfFork } from './publish.ts';
import {
  type CommentTarget,
  commentOnPullRequest,
  commentOptions,
  openClient,
} from './pull-request-comment.ts';

async function makeCheckRun(target: CommentTarget, message: string): Promise<void> {
  const { commands, runner, inputs } = target;
  if (isOfFork(runner)) return;
  const client = await openClient(target);
  if (client === null) return;
  const name = checkRunName(commentOptions(target).manifest, inputs.deviceLabel);
  announce(commands, await publishFailedCheckRun({ client, runner, name, message }));
}

/**
 * Says in summary, outputs, check run and an earlier comment that this run has no verdict: a green one of an earlier commit must not
 * go on standing there.
 */
export async function publishFailure(target: CommentTarget, message: string): Promise<void> {
  const { commands, runner, inputs } = target;
  announce(commands, appendJobSummary(runner, `${renderFailure(message)}\n`));
  try {
    setOutputs(commands, { verdict: 'error' });
  } catch (error) {
    commands.warning(`The outputs could not be set: ${(error as Error).message}`);
  }
  if (inputs.mode === 'retune' || inputs.shard !== null) return;
  await makeCheckRun(target, message);
  const body = renderFailureComment(message, commentOptions(target));
  await commentOnPullRequest(target, body, { hasNews: false, onlyUpdate: true });
}
