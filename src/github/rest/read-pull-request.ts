import { JoulegateError } from '../../errors/index.ts';
import { type PullRequest, readPullRequest as readFields } from '../run/index.ts';
import type { RestClient } from './rest-client.ts';

/** A pull request as the API has it, or why it is not to be had. */
export type ReadPullRequest =
  | { readonly ok: true; readonly pullRequest: PullRequest }
  | {
      readonly ok: false;
      /** One sentence for people. */
      readonly message: string;
      /** Whether asking later may help. */
      readonly isTemporary: boolean;
    };

const refused = (message: string, isTemporary = false): ReadPullRequest => ({
  ok: false,
  message,
  isTemporary,
});

/** The fields that matter, checked as those of an event are. */
function checked(data: Readonly<Record<string, unknown>>): PullRequest | null {
  try {
    const asked = { mergeSha: typeof data.merge_commit_sha === 'string' ? data.merge_commit_sha : null };
    return { ...readFields({ pull_request: data }), asked };
  } catch (error) {
    if (error instanceof JoulegateError) return null;
    throw error;
  }
}

/** Asks for an open pull request of the run's repository by its number. What a server does is in the answer. */
export async function readPullRequest(client: RestClient, number: number): Promise<ReadPullRequest> {
  const { octokit, repository } = client;
  const attempted = await client.attempt(() =>
    octokit.rest.pulls.get({ ...repository, pull_number: number }),
  );
  if (!attempted.ok) {
    const { kind, message } = attempted.failure;
    if (kind === 'gone') return refused(`There is no pull request ${number} that the token may read.`);
    const isTemporary = kind === 'busy' || kind === 'unreachable';
    return refused(`Pull request ${number} could not be looked up: ${message}.`, isTemporary);
  }
  const { data } = attempted.value;
  const pullRequest = checked(data as unknown as Readonly<Record<string, unknown>>);
  const own = `${repository.owner}/${repository.repo}`.toLowerCase();
  if (pullRequest?.number !== number || data.base.repo.full_name.toLowerCase() !== own) {
    return refused(`What the server says of pull request ${number} is not what it should be.`);
  }
  if (data.state !== 'open') return refused(`Pull request ${number} is not open.`);
  return { ok: true, pullRequest };
}
