import { type Runner, readRunner } from '../../src/github/index.ts';

/** Commits by what they are. */
export const commits = {
  base: 'b'.repeat(40),
  head: 'a'.repeat(40),
  merge: 'c'.repeat(40),
  before: 'd'.repeat(40),
  none: '0'.repeat(40),
} as const;

const repository = { full_name: 'octo/kernels', default_branch: 'main', fork: false };

/** Event files as GitHub documents them, without the fields that nobody here reads. */
export const events = {
  opened: {
    action: 'opened',
    number: 7,
    pull_request: {
      number: 7,
      head: { ref: 'faster', sha: commits.head, repo: { full_name: 'octo/kernels' } },
      base: { ref: 'main', sha: commits.base, repo: { full_name: 'octo/kernels' } },
    },
    repository,
  },
  fork: {
    action: 'synchronize',
    number: 8,
    pull_request: {
      number: 8,
      head: { ref: 'main', sha: commits.head, repo: { full_name: 'mallory/kernels' } },
      base: { ref: 'main', sha: commits.base, repo: { full_name: 'octo/kernels' } },
    },
    repository,
  },
  mergeGroup: {
    action: 'checks_requested',
    merge_group: {
      head_sha: commits.head,
      head_ref: 'refs/heads/gh-readonly-queue/main/pr-7-x',
      base_sha: commits.base,
      base_ref: 'refs/heads/main',
    },
    repository,
  },
  push: { ref: 'refs/heads/main', before: commits.before, after: commits.head, forced: false, repository },
  // The runner adds no repository to this one.
  schedule: { schedule: '0 3 * * *', workflow: '.github/workflows/nightly.yml' },
  dispatch: { inputs: null, ref: 'refs/heads/main', workflow: '.github/workflows/guard.yml', repository },
  workflowRun: {
    action: 'completed',
    workflow_run: {
      id: 900,
      head_sha: commits.head,
      head_branch: 'faster',
      head_repository: { full_name: 'mallory/kernels' },
      event: 'pull_request',
      pull_requests: [],
    },
    repository,
  },
} as const;

/** What a runner of github.com sets. */
export function environmentOf(
  eventName: string,
  changes: Readonly<Record<string, string | undefined>> = {},
): Record<string, string | undefined> {
  const isPullRequest = eventName === 'pull_request';
  return {
    GITHUB_EVENT_NAME: eventName,
    GITHUB_EVENT_PATH: '/runner/event.json',
    GITHUB_REPOSITORY: 'octo/kernels',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_RUN_ID: '4242424242',
    GITHUB_RUN_ATTEMPT: '2',
    GITHUB_SHA: isPullRequest ? commits.merge : commits.head,
    GITHUB_REF: isPullRequest ? 'refs/pull/7/merge' : 'refs/heads/main',
    GITHUB_ACTOR: 'mona',
    GITHUB_JOB: 'guard',
    GITHUB_WORKSPACE: '/runner/kernels',
    RUNNER_TEMP: '/runner/_temp',
    RUNNER_TOOL_CACHE: '/runner/_tool',
    GITHUB_STEP_SUMMARY: '/runner/_temp/summary.md',
    ...changes,
  };
}

/** The runner for an event. */
export function runnerOf(
  eventName: string,
  event: unknown,
  changes: Readonly<Record<string, string | undefined>> = {},
): Runner {
  return readRunner(environmentOf(eventName, changes), () => JSON.stringify(event));
}
