import { JoulegateError } from '../errors/index.ts';
import type { Environment } from './git-process.ts';
import { assertRevision, isShallow, type RepositoryQuestion } from './repository.ts';
import { runRemoteGit } from './run-remote-git.ts';

/** What lets git read a private repository. */
export interface FetchCredentials {
  /** `https://github.com`: the token is sent to this server only. */
  readonly serverUrl: string;
  readonly token: string;
}

export interface FetchTask extends RepositoryQuestion {
  /** A commit's hash, or a ref of the remote. */
  readonly source: string;
  /** Ref to store it under; null for a commit, which is found by its hash. */
  readonly target: string | null;
  /** How much history a shallow clone needs: this many commits, or all of it. A full clone stays full. */
  readonly depth: number | 'all';
  /** null: git's own configuration has to do. */
  readonly credentials: FetchCredentials | null;
  /** Gives the fetch up when it is aborted. */
  readonly signal?: AbortSignal;
}

/**
 * The token as git configuration in the environment of this one process: never in an argument, which every user of the
 * machine can read, and never in a file.
 */
function authorization({ serverUrl, token }: FetchCredentials): Environment {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  return {
    GIT_CONFIG_COUNT: '2',
    // An empty value drops what the repository's own configuration may have set for this server.
    GIT_CONFIG_KEY_0: `http.${serverUrl}/.extraheader`,
    GIT_CONFIG_VALUE_0: '',
    GIT_CONFIG_KEY_1: `http.${serverUrl}/.extraheader`,
    GIT_CONFIG_VALUE_1: `AUTHORIZATION: basic ${basic}`,
  };
}

/**
 * Fetches from `origin` what a comparison needs and a shallow clone lacks.
 * @throws JoulegateError (bad-input, `fetch-failed`) if the remote cannot be read or does not have it; (bad-input,
 * `git-timeout`) if it does not answer; (interrupted, `interrupted`) if `signal` is aborted first. No git process is left.
 */
export async function fetchHistory(task: FetchTask): Promise<void> {
  const { root, environment, source, target, depth, credentials, signal } = task;
  assertRevision(source);
  const deepen = depth === 'all' ? ['--unshallow'] : [`--depth=${depth}`];
  const result = await runRemoteGit({
    folder: root,
    environment,
    variables: credentials === null ? {} : authorization(credentials),
    signal,
    args: [
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-recurse-submodules',
      '--no-write-fetch-head',
      // It would go on in the background, while energy is measured.
      '--no-auto-gc',
      ...(isShallow(task) ? deepen : []),
      'origin',
      target === null ? source : `+${source}:${target}`,
    ],
  });
  if (result.ok) return;
  throw new JoulegateError('bad-input', `git could not fetch ${source}: ${result.message}`, {
    code: 'fetch-failed',
    nextStep:
      'Check out with more history (actions/checkout with fetch-depth: 0), or give the action a github-token that may read this repository.',
  });
}
