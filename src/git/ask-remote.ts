import type { Environment } from '../system/index.ts';
import { fetchFailed } from './fetch-failure.ts';
import { remoteEnvironment } from './git-environment.ts';
import type { GitResult } from './git-process.ts';
import { withoutFilters, withoutRepositoryPrograms } from './git-settings.ts';
import { askGit, placeVariables, type Repository } from './open-repository.ts';
import { runRemoteGit } from './run-remote-git.ts';

/** What lets git read a private repository. */
export interface FetchCredentials {
  /** `https://github.com`: the token is sent to this server only. */
  readonly serverUrl: string;
  readonly token: string;
}

/** What is asked of the remote, and on whose behalf. */
export interface RemoteQuestion {
  readonly repository: Repository;
  /** null: git's own configuration has to do. */
  readonly credentials: FetchCredentials | null;
  /** Gives it up when it is aborted. */
  readonly signal?: AbortSignal;
  /** Refs of the remote, by their full names, that reach what is asked for: for a server that gives no commit by its hash. */
  readonly refs?: readonly string[];
  /** Told of each step of deepening, before it is taken. */
  readonly onStep?: (text: string) => void;
}

/** A ref of the remote. */
export interface RemoteRef {
  /** With its full name. */
  readonly ref: string;
  /** Full hash of what it points at: a commit, or an annotated tag. */
  readonly object: string;
}

/**
 * The token as git configuration in the environment of this one process: never in an argument, which every user of the
 * machine can read, and never in a file. It comes after what the job's owner configures in the same way.
 */
function authorization({ serverUrl, token }: FetchCredentials, environment: Environment): Environment {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  const given = Number(environment.GIT_CONFIG_COUNT ?? 0);
  const header = `http.${serverUrl}/.extraheader`;
  return {
    GIT_CONFIG_COUNT: String(given + 2),
    // An empty value drops what the repository's own configuration may have set for this server.
    [`GIT_CONFIG_KEY_${given}`]: header,
    [`GIT_CONFIG_VALUE_${given}`]: '',
    [`GIT_CONFIG_KEY_${given + 1}`]: header,
    [`GIT_CONFIG_VALUE_${given + 1}`]: `AUTHORIZATION: basic ${basic}`,
  };
}

/**
 * Address of `origin`. A fetch from an address uses none of a remote's own settings: no program that stands in for the
 * other side's, no helper, no filter that leaves objects out.
 */
export function addressOf(repository: Repository): string {
  const result = askGit(repository, { args: ['remote', 'get-url', 'origin'] });
  if (result.ok) return result.stdout.toString('utf8').trimEnd();
  throw fetchFailed('origin', result.message);
}

/** A fetch of what it is told to fetch, and of nothing else. */
export const quietFetch: readonly string[] = [
  'fetch',
  '--quiet',
  '--no-tags',
  '--no-recurse-submodules',
  '--no-write-fetch-head',
  // It would go on in the background, while energy is measured.
  '--no-auto-gc',
];

/** Asks git something that only a remote can answer. @throws JoulegateError as `runRemoteGit` */
export function askRemote(question: RemoteQuestion, args: readonly string[]): Promise<GitResult> {
  const { repository, credentials, signal } = question;
  const { program, root, environment, settings } = repository;
  return runRemoteGit({
    program,
    folder: root,
    variables: {
      ...remoteEnvironment(environment, root),
      ...placeVariables(repository),
      ...(credentials === null ? {} : authorization(credentials, environment)),
    },
    overrides: [...withoutFilters(settings), ...withoutRepositoryPrograms(settings, root)],
    signal,
    args,
  });
}
