import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import type { Environment } from '../system/index.ts';
import { findGit } from './find-git.ts';
import { findRepository, type RepositoryPlace } from './find-repository.ts';
import { isInside, localEnvironment } from './git-environment.ts';
import { notARepository } from './git-process.ts';
import { parseSettings, type Setting, withoutFilters } from './git-settings.ts';
import { runGit } from './run-git.ts';

export interface RepositoryQuestion {
  /** A folder in the repository. */
  readonly root: string;
  readonly environment: Environment;
}

/** A repository that was found once. Every git is told where it is, so that none looks for one. */
export interface Repository extends RepositoryPlace {
  readonly environment: Environment;
  /** Absolute path of the git that is asked. */
  readonly program: string;
  /** What git is set to here, in the order in which it reads it. */
  readonly settings: readonly Setting[];
}

const maxSettingsBytes = 4 * 1024 * 1024;

/**
 * Lets git look at what was found, once and where it can find nothing else, because it knows who else may own a repository
 * (`safe.directory`) and does not ask that where it is told.
 */
function confirm(place: RepositoryPlace, program: string, environment: Environment): void {
  const { root, gitDirectory } = place;
  const found = runGit({
    program,
    folder: root,
    variables: { ...localEnvironment(environment, root), GIT_CEILING_DIRECTORIES: dirname(root) },
    overrides: [],
    args: ['rev-parse', '--absolute-git-dir'],
  });
  if (found.ok && realpathSync(found.stdout.toString('utf8').trimEnd()) === gitDirectory) return;
  throw notARepository(root);
}

/** Variables that name a repository to git. */
export function placeVariables({ root, gitDirectory }: RepositoryPlace): Record<string, string> {
  return { GIT_DIR: gitDirectory, GIT_WORK_TREE: root };
}

/**
 * Opens the repository that a folder is in.
 * @returns null outside any
 * @throws JoulegateError (bad-input): `dubious-ownership`, `carried-repository`, `git-missing`, `git-failed`, ...
 */
export function openRepository({ root: folder, environment }: RepositoryQuestion): Repository | null {
  const place = findRepository(folder);
  if (place === null) return null;
  const program = findGit(environment, place.root);
  confirm(place, program, environment);
  const listed = runGit({
    program,
    folder: place.root,
    variables: { ...localEnvironment(environment, place.root), ...placeVariables(place) },
    overrides: [],
    args: ['config', '--list', '--show-scope', '--null'],
    maxBytes: maxSettingsBytes,
  });
  if (listed.ok) {
    return { ...place, environment, program, settings: parseSettings(listed.stdout.toString('utf8')) };
  }
  throw new JoulegateError('bad-input', `git cannot read its settings: ${listed.message}`, {
    code: 'git-failed',
    nextStep: 'Run `git config --list --show-scope`, which needs git 2.26 or later, by hand to see more.',
  });
}

/** As `openRepository`, for those who need one. @throws JoulegateError (bad-input, `not-a-repository`) */
export function requireRepository(question: RepositoryQuestion): Repository {
  const repository = openRepository(question);
  if (repository === null) throw notARepository(question.root);
  return repository;
}

/** Whether it belongs to the repository around it: its `.git` leads into that one's. */
export function isSubmodule({ root, gitDirectory }: RepositoryPlace): boolean {
  const outer = findRepository(dirname(root));
  const isLinked = existsSync(join(gitDirectory, 'commondir'));
  return outer !== null && !isLinked && isInside(outer.gitDirectory, gitDirectory);
}

/** A question about what is on this disk. */
export interface GitQuestion {
  readonly args: readonly string[];
  /** Largest output that is accepted; a mebibyte if it is not given. */
  readonly maxBytes?: number;
  readonly input?: string;
}

/** Asks git about a repository. No filter runs, and nothing is fetched. @throws JoulegateError as `runGit` */
export function askGit(repository: Repository, question: GitQuestion) {
  const { program, root, environment, settings } = repository;
  return runGit({
    program,
    folder: root,
    variables: { ...localEnvironment(environment, root), ...placeVariables(repository) },
    overrides: withoutFilters(settings),
    ...question,
  });
}
