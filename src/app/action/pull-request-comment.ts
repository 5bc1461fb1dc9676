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
import type { CommentOptions } from '../../report/index.ts';
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
    run: { id: runner.runId, attempt: runner.runAttempt, url: runner.runUrl },
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
 * Makes or updates the comment on the run's pull request, if it has one and the inputs allow it. What GitHub refuses is
 * said and changes nothing.
 * @param options.hasNews without news, `on-change` makes no first comment
 * @param options.onlyUpdate never makes a first comment
 */
export async function commentOnPullRequest(
  target: CommentTarget,
  body: string,
  options: { readonly hasNews: boolean; readonly onlyUpdate?: boolean },
): Promise<void> {
  const { commands, runner, inputs } = target;
  if (inputs.comment === 'never') return;
  if (runner.pullRequest === null && runner.workflowRun === null) return;
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
  const mode = options.onlyUpdate === true ? 'on-change' : inputs.comment;
  const { hasNews } = options;
  announce(commands, await publishComment({ client, pullRequest: found.number, body, mode, hasNews }));
}
