import type { Environment } from '../system/index.ts';
import { fetchFailed } from './fetch-failure.ts';
import { remoteEnvironment } from './git-environment.ts';
import type { GitResult } from './git-process.ts';
import { withoutFilters, withoutRepositoryPrograms } from './git-settings.ts';
import { askGit, placeVariables, type Repository } from './open-repository.ts';
import { ambiguous } from './ref-names.ts';
import { assertRefName, isShallow } from './repository.ts';
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
}

export interface FetchTask extends RemoteQuestion {
  /** A commit's hash, or a ref of the remote with its full name. */
  readonly source: string;
  /** Ref to store it under; null for a commit, which is found by its hash. */
  readonly target: string | null;
  /** How many commits of history a shallow clone gets of it, itself among them. A full clone stays full. */
  readonly depth: number;
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

/** `heads/main` is a ref without its root, as git takes it too. */
function placesOf(name: string): readonly string[] {
  if (name.startsWith('refs/')) return [name];
  const own = [`refs/heads/${name}`, `refs/tags/${name}`];
  return /^(?:heads|tags)\//.test(name) ? [`refs/${name}`, ...own] : own;
}

/**
 * The ref of `origin` that is called by its full name, or by that of a branch or tag.
 * @returns null if there is none
 * @throws JoulegateError (bad-input): `ambiguous-revision` if there is a branch and a tag, and as `fetchHistory`
 */
export async function findRemoteRef(
  question: RemoteQuestion & { readonly name: string },
): Promise<RemoteRef | null> {
  const { repository, name } = question;
  assertRefName(name);
  const places = placesOf(name);
  const result = await askRemote(question, ['ls-remote', '--quiet', '--', addressOf(repository), ...places]);
  if (!result.ok) throw fetchFailed(name, result.message);
  const lines = result.stdout.toString('utf8').split('\n');
  const [found = null, other] = lines
    .map((line) => line.split('\t'))
    .map(([object = '', ref = '']) => ({ ref, object }))
    // Its patterns match ends of names too.
    .filter(({ ref }) => places.includes(ref));
  if (found === null || other === undefined) return found;
  throw ambiguous(name, [found.ref, other.ref]);
}

/**
 * Fetches from `origin` what a comparison needs and a shallow clone lacks.
 * @throws JoulegateError (bad-input, `fetch-failed`) if the remote cannot be read or does not have it; (bad-input,
 * `git-timeout`) if it does not answer; (interrupted, `interrupted`) if `signal` is aborted first. No git process is left.
 */
export async function fetchHistory(task: FetchTask): Promise<void> {
  const { repository, source, target, depth } = task;
  assertRefName(source);
  const result = await askRemote(task, [
    ...quietFetch,
    ...(isShallow(repository) ? [`--depth=${depth}`] : []),
    '--',
    addressOf(repository),
    target === null ? source : `+${source}:${target}`,
  ]);
  if (!result.ok) throw fetchFailed(source, result.message);
}
