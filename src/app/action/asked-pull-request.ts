import { JoulegateError } from '../../errors/index.ts';
import { type Runner, readPullRequest } from '../../github/index.ts';
import { type CommentTarget, openClient } from './pull-request-comment.ts';

function badInput(message: string, nextStep: string): JoulegateError {
  return new JoulegateError('bad-input', message, { code: 'bad-inputs', nextStep });
}

/** Refuses the input beside an event that says itself what is measured. */
function assertFree({ eventName, push, mergeGroup, workflowRun, pullRequest }: Runner, number: number): void {
  if (pullRequest === null && push === null && mergeGroup === null && workflowRun === null) return;
  throw badInput(
    `The input pull-request is ${number}, but the event ${eventName} says itself what is measured.`,
    'Leave it out, or use it with workflow_dispatch, repository_dispatch or issue_comment.',
  );
}

function notRead({ message, isTemporary }: { message: string; isTemporary: boolean }): JoulegateError {
  if (isTemporary)
    return new JoulegateError('could-not-measure', message, {
      code: 'no-pull-request',
      nextStep: 'Run the job again.',
    });
  return new JoulegateError('bad-input', message, {
    code: 'no-pull-request',
    nextStep: 'Check the input pull-request, and that the job has `permissions: pull-requests: read`.',
  });
}

/** The run on behalf of a pull request: the API says what that is, never the workflow. */
async function ask(target: CommentTarget, number: number): Promise<Runner> {
  const { runner, inputs } = target;
  assertFree(runner, number);
  const client = await openClient(target);
  if (client === null) {
    throw badInput(
      'The input pull-request needs a github-token.',
      'Give the job `permissions: pull-requests: write` (or read, with `comment: never`).',
    );
  }
  const read = await readPullRequest(client, number);
  if (!read.ok) throw notRead(read);
  const { pullRequest } = read;
  if (pullRequest.fromFork && inputs.allowCommands) {
    throw new JoulegateError(
      'bad-input',
      `Pull request ${number} comes from a fork, whose programs are not run.`,
      {
        code: 'commands-not-allowed',
        nextStep:
          'Leave out allow-commands, or push the commits to a branch of this repository once you have read them.',
      },
    );
  }
  return { ...runner, pullRequest, isDefaultBranch: false };
}

/**
 * The run, on behalf of the pull request that the input `pull-request` names if it names one: from then on it is treated as a
 * run of that, and nothing that it learns is kept, because what it could leave would be taken up by runs of all branches.
 * @throws JoulegateError (bad-input): `bad-inputs` where the event has one of its own or there is no token,
 * `no-pull-request`, `commands-not-allowed` for programs of a fork; (could-not-measure, `no-pull-request`) where the API is
 * down
 */
export async function onBehalf(target: CommentTarget): Promise<Runner> {
  const { runner, inputs } = target;
  const { pullRequest: number } = inputs;
  return number === null || number === runner.pullRequest?.number ? runner : ask(target, number);
}

/**
 * Refuses what is not the pull request that was asked for: its head, or the merge commit that the server made of it.
 * @param commit full hash of what was checked out, or measured by other jobs
 * @throws JoulegateError (bad-input, `pull-request-not-checked-out`)
 */
export function assertAskedFor({ pullRequest }: Pick<Runner, 'pullRequest'>, commit: string | null): void {
  if (pullRequest?.asked === undefined) return;
  const { number, headSha, asked } = pullRequest;
  if (commit === headSha || (commit !== null && commit === asked.mergeSha)) return;
  throw new JoulegateError(
    'bad-input',
    `What is measured is ${commit?.slice(0, 12) ?? 'no commit'}, and not pull request ${number}, whose head is ${headSha.slice(0, 12)}.`,
    {
      code: 'pull-request-not-checked-out',
      nextStep: `Check out with \`ref: refs/pull/${number}/head\`. If that is so, it has new commits since: run it again.`,
    },
  );
}
