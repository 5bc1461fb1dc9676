import { delimiter } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { type RunnerEvent, readEvent } from './event.ts';
import { type Payload, patterns } from './payload.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The run that this process is a step of, from the runner's environment and event file. */
export interface Runner extends RunnerEvent {
  readonly eventName: string;
  readonly repository: { readonly owner: string; readonly name: string };
  /** `https://github.com`, without a trailing slash. */
  readonly serverUrl: string;
  /** `https://api.github.com`, without a trailing slash. */
  readonly apiUrl: string;
  readonly runId: number;
  /** 1 for the first attempt. */
  readonly runAttempt: number;
  /** Page of the run and attempt. */
  readonly runUrl: string;
  /** Where the server shows a file of a commit, between the repository's address and the commit. */
  readonly sourcePath: 'blob' | 'src/commit';
  /** Name of the workflow; empty if the runner does not say. */
  readonly workflow: string;
  readonly job: string;
  /** Commit that triggered the run; for pull requests the merge commit. */
  readonly sha: string;
  /** `refs/heads/main`, `refs/pull/7/merge`, ... */
  readonly ref: string;
  readonly actor: string;
  /** Absolute path that the repository is checked out below. */
  readonly workspace: string;
  /** Folder that is emptied after the job. */
  readonly temporaryFolder: string;
  /** Folder that stays between jobs on a self-hosted runner; null if the runner has none. */
  readonly toolCache: string | null;
  /** Folders in which the toolkit looks for programs. */
  readonly programFolders: readonly string[];
  /** File that the job summary is appended to; null if the server has no summaries. */
  readonly summaryPath: string | null;
  /** Whether the runner named a cache service. */
  readonly hasCacheService: boolean;
  /** Whether the runner named an artifact service that the toolkit can use; GitHub Enterprise Server has none. */
  readonly hasArtifactService: boolean;
  /** Whether what runs is the default branch itself: not a pull request, nor a run on behalf of one. */
  readonly isDefaultBranch: boolean;
}

/** Events that run a branch's own commits with that branch's rights. */
const branchEvents: ReadonlySet<string> = new Set([
  'push',
  'schedule',
  'workflow_dispatch',
  'repository_dispatch',
]);

const maxEventBytes = 32 * 1024 * 1024;

function variable(environment: Environment, name: string, pattern = /^[^\p{Cc}]+$/u): string {
  const value = environment[name] ?? '';
  if (pattern.test(value)) return value;
  const fault = value === '' ? 'is not set' : 'is not what it should be';
  throw new JoulegateError('bad-input', `The environment variable ${name} ${fault}.`, {
    code: value === '' ? 'not-on-a-runner' : 'bad-runner',
    nextStep: 'Run this as a step of a GitHub Actions workflow; at a desk use the joulegate command.',
  });
}

function optional(environment: Environment, name: string): string | null {
  const value = environment[name] ?? '';
  return value === '' ? null : value;
}

function address(environment: Environment, name: string): string {
  // The host decides which services there are, so it has to be one.
  return variable(
    environment,
    name,
    /^https?:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?(?:\/[\w./-]*)?$/i,
  ).replace(/\/+$/, '');
}

/** GitHub Enterprise Server, told from github.com and its data residency as the toolkit tells it. */
function isEnterpriseServer(serverUrl: string): boolean {
  const { hostname } = new URL(serverUrl);
  return !(hostname === 'github.com' || hostname.endsWith('.ghe.com') || hostname.endsWith('.localhost'));
}

/** Services of the job that the toolkit talks to. Version 1 of the cache is what GitHub Enterprise Server has. */
function readServices(environment: Environment, serverUrl: string) {
  const has = (name: string) => optional(environment, name) !== null;
  const isEnterprise = isEnterpriseServer(serverUrl);
  const cacheUrl =
    isEnterprise || !has('ACTIONS_CACHE_SERVICE_V2') ? 'ACTIONS_CACHE_URL' : 'ACTIONS_RESULTS_URL';
  const hasToken = has('ACTIONS_RUNTIME_TOKEN');
  return {
    hasCacheService: hasToken && has(cacheUrl),
    hasArtifactService: hasToken && has('ACTIONS_RESULTS_URL') && !isEnterprise,
  };
}

function badEvent(what: string, cause?: unknown): JoulegateError {
  return new JoulegateError('bad-input', what, {
    code: 'bad-event',
    nextStep: 'GITHUB_EVENT_PATH must name the unchanged event file that the runner wrote.',
    cause,
  });
}

function readPayload(path: string, readFile: (path: string) => string): Payload {
  let content: string;
  try {
    content = readFile(path);
  } catch (error) {
    throw badEvent('The event file cannot be read.', error);
  }
  if (content.length > maxEventBytes) throw badEvent('The event file is too large.');
  let payload: unknown;
  try {
    payload = JSON.parse(content);
  } catch (error) {
    throw badEvent('The event file is not JSON.', error);
  }
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw badEvent('The event file holds no event.');
  }
  return payload as Payload;
}

/** A schedule runs on the default branch only and its event names no repository. */
function defaultBranchOf(eventName: string, ref: string, event: RunnerEvent): string | null {
  if (event.defaultBranch !== null || eventName !== 'schedule') return event.defaultBranch;
  return /^refs\/heads\/(.+)$/.exec(ref)?.[1] ?? null;
}

/**
 * Reads what the runner says about this run. Nothing else in this folder looks at the environment.
 * @param readFile reads the event file as text and throws if it cannot
 * @throws JoulegateError (bad-input): `not-on-a-runner`, `bad-runner`, `bad-event`
 */
export function readRunner(environment: Environment, readFile: (path: string) => string): Runner {
  const eventName = variable(environment, 'GITHUB_EVENT_NAME', /^[a-z_]+$/);
  const [owner = '', name = ''] = variable(environment, 'GITHUB_REPOSITORY', patterns.repository).split('/');
  const serverUrl = address(environment, 'GITHUB_SERVER_URL');
  const runId = Number(variable(environment, 'GITHUB_RUN_ID', /^[1-9]\d{0,14}$/));
  // Some runners of Gitea and Forgejo number no attempts.
  const hasAttempt = optional(environment, 'GITHUB_RUN_ATTEMPT') !== null;
  const runAttempt = hasAttempt ? Number(variable(environment, 'GITHUB_RUN_ATTEMPT', /^[1-9]\d{0,5}$/)) : 1;
  const ref = variable(environment, 'GITHUB_REF', /^refs\/[^\p{Cc} ]+$/u);
  const event = readEvent(eventName, readPayload(variable(environment, 'GITHUB_EVENT_PATH'), readFile));
  const defaultBranch = defaultBranchOf(eventName, ref, event);
  return {
    ...event,
    defaultBranch,
    eventName,
    repository: { owner, name },
    serverUrl,
    apiUrl: address(environment, 'GITHUB_API_URL'),
    runId,
    runAttempt,
    runUrl: `${serverUrl}/${owner}/${name}/actions/runs/${runId}/attempts/${runAttempt}`,
    // Forgejo's runner says that it is Gitea's, too.
    sourcePath: optional(environment, 'GITEA_ACTIONS') === 'true' ? 'src/commit' : 'blob',
    workflow: optional(environment, 'GITHUB_WORKFLOW') ?? '',
    job: optional(environment, 'GITHUB_JOB') ?? '',
    sha: variable(environment, 'GITHUB_SHA', patterns.commit),
    ref,
    actor: optional(environment, 'GITHUB_ACTOR') ?? '',
    workspace: variable(environment, 'GITHUB_WORKSPACE'),
    temporaryFolder: variable(environment, 'RUNNER_TEMP'),
    toolCache: optional(environment, 'RUNNER_TOOL_CACHE'),
    programFolders: (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
    summaryPath: optional(environment, 'GITHUB_STEP_SUMMARY'),
    ...readServices(environment, serverUrl),
    isDefaultBranch:
      branchEvents.has(eventName) && defaultBranch !== null && ref === `refs/heads/${defaultBranch}`,
  };
}
