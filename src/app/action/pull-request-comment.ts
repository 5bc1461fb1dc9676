import { posix } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  announce,
  type Commands,
  createRestClient,
  findPullRequest,
  type Inputs,
  publishComment,
  type Runner,
  readPullRequestLabels,
} from '../../github/index.ts';
import { allLegs, type CommentOptions, programsLeg, type RowOrigin } from '../../report/index.ts';
import type { CommentRow } from '../../schema/index.ts';
import type { Host } from '../host.ts';

export interface CommentTarget {
  readonly host: Pick<Host, 'now' | 'signal'>;
  readonly commands: Commands;
  readonly runner: Runner;
  readonly inputs: Inputs;
}

/** What ties a comment to its manifest and run. The manifest is named as the repository names it, so that every job means the same comment. */
export function commentOptions({ inputs, runner }: CommentTarget): CommentOptions {
  return {
    manifest: posix.normalize(posix.join(inputs.workingDirectory.replaceAll('\\', '/'), inputs.manifest)),
    sourcePath: runner.sourcePath,
    repositoryUrl: `${runner.serverUrl}/${runner.repository.owner}/${runner.repository.name}`,
  };
}

/** Which leg of which job has something to say, and about which commit: a pull request's own, not the merge commit that was measured. */
export function rowOrigin({ inputs, runner }: CommentTarget, family: string | null): RowOrigin {
  const { workflow, job, runId, runAttempt, pullRequest, workflowRun, sha } = runner;
  return {
    workflow,
    job,
    leg:
      inputs.mode === 'report'
        ? allLegs
        : inputs.mode === 'diff'
          ? programsLeg
          : (inputs.deviceLabel ?? family),
    head: pullRequest?.headSha ?? workflowRun?.headSha ?? sha,
    run: runId,
    attempt: runAttempt,
  };
}

/** The API on behalf of the run's token; null without one. */
export async function openClient({ runner, inputs, host }: CommentTarget) {
  if (inputs.githubToken === null) return null;
  const { signal } = host;
  const waiting = {
    // A run that is being ended has seconds left, which are not for waiting.
    sleep: (seconds: number) => setTimeout(seconds * 1000, undefined, { signal }).catch(() => undefined),
    nowMs: () => host.now().getTime(),
    isOver: () => signal.aborted,
  };
  return createRestClient({ runner, token: inputs.githubToken, waiting });
}

/** Labels of the run's pull request; null if there is none, no token, or GitHub does not tell. */
export async function labelsOf(target: CommentTarget): Promise<readonly string[] | null> {
  const client = await openClient(target);
  return client === null ? null : readPullRequestLabels(target.runner, client);
}

/**
 * Puts what this run has to say into the comment on its pull request, if it has one that is open and the inputs allow it.
 * What GitHub refuses is said and changes nothing.
 * @param hasNews without news, `on-change` makes no first comment
 */
export async function commentOnPullRequest(
  target: CommentTarget,
  row: CommentRow,
  hasNews: boolean,
): Promise<void> {
  const { commands, runner, inputs, host } = target;
  if (inputs.comment === 'never') return;
  if (runner.pullRequest === null && runner.workflowRun === null) return;
  if (runner.pullRequest?.isClosed === true) {
    commands.info('No comment: the pull request is closed, and what was said of it stands.');
    return;
  }
  const client = await openClient(target);
  if (client === null) {
    commands.info('No comment: there is no github-token. The job summary has the report.');
    return;
  }
  const found = await findPullRequest(runner, client);
  if (found.number === null) {
    commands.info(found.message);
    return;
  }
  const outcome = await publishComment({
    client,
    pullRequest: found.number,
    row,
    options: commentOptions(target),
    mode: inputs.comment,
    hasNews,
    pause: (seconds) => setTimeout(seconds * 1000, true, { signal: host.signal }).catch(() => false),
  });
  announce(commands, outcome);
}
