import type { getOctokit } from '@actions/github';
import type { Runner } from '../run/index.ts';
import { BrokenAnswerError, type RestFailure, restFailure } from './rest-failure.ts';
import { type Attempted, type Waiting, withRetries } from './retry.ts';

type Octokit = ReturnType<typeof getOctokit>;

/** GitHub's API on behalf of one token, for the repository of the run. */
export interface RestClient {
  readonly octokit: Octokit;
  /** Parameters that every route of the repository takes. */
  readonly repository: { readonly owner: string; readonly repo: string };
  /** Does something that may be repeated, with bounded patience. */
  attempt<T>(operation: () => Promise<T>): Promise<Attempted<T>>;
  /** What an error of a request means. @throws the error itself if it did not come from a request */
  explain(error: unknown): RestFailure;
}

export interface RestTask {
  readonly runner: Runner;
  readonly token: string;
  readonly waiting: Waiting;
  /** How long one request may take; 30 s unless given. */
  readonly requestSeconds?: number;
}

const silent = () => undefined;

/**
 * Opens the API. The toolkit is loaded only now: it takes a while, it reads the event file on its own and throws if that
 * is damaged, which `readRunner` has made sure it is not. It also honours the proxy of the environment.
 */
export async function createRestClient(task: RestTask): Promise<RestClient> {
  const { runner, token, waiting, requestSeconds = 30 } = task;
  const { getOctokit } = await import('@actions/github');
  const octokit = getOctokit(token, {
    baseUrl: runner.apiUrl,
    userAgent: 'joulegate',
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
  // A deadline for each request: one that is never answered must not hold a GPU runner.
  octokit.hook.before('request', (options) => {
    options.request.signal = AbortSignal.timeout(requestSeconds * 1000);
  });
  octokit.hook.after('request', (response, options) => {
    if (response.status !== 204 && typeof response.data === 'string')
      throw new BrokenAnswerError(options.url);
  });
  const explain = (error: unknown) => restFailure(error, token, waiting.nowMs());
  return {
    octokit,
    repository: { owner: runner.repository.owner, repo: runner.repository.name },
    attempt: (operation) => withRetries(operation, explain, waiting),
    explain,
  };
}
