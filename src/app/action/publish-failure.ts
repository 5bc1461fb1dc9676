import { announce, appendJobSummary, setOutputs } from '../../github/index.ts';
import { renderFailure, renderFailureComment } from '../../report/index.ts';
import { type CommentTarget, commentOnPullRequest, commentOptions } from './pull-request-comment.ts';

/**
 * Says in summary, outputs and an earlier comment that this run has no verdict: a green one of an earlier commit must not
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
  const body = renderFailureComment(message, commentOptions(target));
  await commentOnPullRequest(target, body, { hasNews: false, onlyUpdate: true });
}
