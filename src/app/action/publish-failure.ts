import { announce, appendJobSummary, checkRunName, publishFailedCheckRun } from '../../github/index.ts';
import { renderFailure, rowOfFailure } from '../../report/index.ts';
import { optional } from '../optional.ts';
import { isOfFork } from './publish.ts';
import {
  type CommentTarget,
  commentOnPullRequest,
  commentOptions,
  openClient,
  rowOrigin,
} from './pull-request-comment.ts';

async function makeCheckRun(target: CommentTarget, message: string): Promise<void> {
  const { commands, runner, inputs } = target;
  if (isOfFork(runner) || inputs.mode === 'diff') return;
  const client = await openClient(target);
  if (client === null) return;
  const name = checkRunName(commentOptions(target).manifest, inputs.deviceLabel);
  announce(commands, await publishFailedCheckRun({ client, runner, name, message }));
}

/**
 * Says in summary, check run and comment that this run has no verdict: a green one of an earlier commit, or of another leg, must not
 * go on standing there.
 */
export async function publishFailure(target: CommentTarget, message: string): Promise<void> {
  const { commands, runner, inputs } = target;
  const warn = (text: string) => commands.warning(text);
  const attempt = (cost: string, work: () => void | Promise<void>) =>
    optional<void>({ cost, otherwise: undefined, warn }, work);
  await attempt('the job has no summary', () =>
    announce(commands, appendJobSummary(runner, `${renderFailure(message)}\n`)),
  );
  if (inputs.mode === 'retune' || inputs.shard !== null) return;
  await attempt('there is no check run', () => makeCheckRun(target, message));
  await attempt('the comment does not say so', () => {
    const row = rowOfFailure(message, rowOrigin(target, null));
    // Also where there is no comment yet: another leg of the matrix may make one, and would be green alone.
    return commentOnPullRequest(target, row, true);
  });
}
