import type { Runner } from '../run/index.ts';
import type { RestClient } from './rest-client.ts';

/** The pull request to report on, or why there is none. */
export type FoundPullRequest =
  | { readonly number: number }
  | { readonly number: null; readonly message: string };

/**
 * The pull request that a run belongs to. The event names it, except after `workflow_run`, whose list of pull requests
 * is empty for forks: there it is the open one with the run's own head repository, branch and commit. Artifacts are not
 * asked; whoever made them could name any pull request.
 */
export async function findPullRequest(runner: Runner, client: RestClient): Promise<FoundPullRequest> {
  if (runner.pullRequest !== null) return { number: runner.pullRequest.number };
  const { workflowRun } = runner;
  if (workflowRun === null)
    return { number: null, message: `The event ${runner.eventName} has no pull request.` };
  const { headRepository, headBranch, headSha } = workflowRun;
  if (headRepository === null || headBranch === null) {
    return { number: null, message: 'The branch that the run was for is gone.' };
  }
  const [owner] = headRepository.split('/');
  const { octokit, repository } = client;
  const attempted = await client.attempt(() =>
    octokit.paginate(octokit.rest.pulls.list, {
      ...repository,
      state: 'open',
      head: `${owner}:${headBranch}`,
      per_page: 100,
    }),
  );
  if (!attempted.ok) {
    return {
      number: null,
      message: `The pull request could not be looked up: ${attempted.failure.message}.`,
    };
  }
  const matches = attempted.value.filter(
    ({ head }) => head.sha === headSha && head.repo?.full_name.toLowerCase() === headRepository.toLowerCase(),
  );
  const [match] = matches;
  if (match !== undefined && matches.length === 1) return { number: match.number };
  const message =
    match === undefined
      ? 'No open pull request is at the commit of the run; a newer commit has a run of its own.'
      : 'Several open pull requests are at the commit of the run.';
  return { number: null, message };
}
