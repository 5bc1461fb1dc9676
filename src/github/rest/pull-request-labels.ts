import type { Runner } from '../run/index.ts';
import { findPullRequest } from './find-pull-request.ts';
import type { RestClient } from './rest-client.ts';

/** The pull request of a merge group as GitHub names the queue's branch: `gh-readonly-queue/main/pr-7-<commit>`. */
function queuedPullRequest({ mergeGroup, ref }: Runner): number | null {
  if (mergeGroup === null) return null;
  const [, number] = /^refs\/heads\/gh-readonly-queue\/.+\/pr-(\d{1,9})-[0-9a-f]{40}$/.exec(ref) ?? [];
  return number === undefined ? null : Number(number);
}

/**
 * Labels that the run's pull request has now. Asked of GitHub rather than read from the event: a job that is run again has
 * the event of its first attempt. In a merge queue it is the pull request that the group's branch is named for.
 * @returns null if there is no pull request, or GitHub does not tell
 */
export async function readPullRequestLabels(
  runner: Runner,
  client: RestClient,
): Promise<readonly string[] | null> {
  const queued = queuedPullRequest(runner);
  const found = queued === null ? await findPullRequest(runner, client) : { number: queued };
  const { number } = found;
  if (number === null) return null;
  const { octokit, repository } = client;
  const attempted = await client.attempt(() =>
    octokit.paginate(octokit.rest.issues.listLabelsOnIssue, {
      ...repository,
      issue_number: number,
      per_page: 100,
    }),
  );
  return attempted.ok ? attempted.value.map(({ name }) => name) : null;
}
