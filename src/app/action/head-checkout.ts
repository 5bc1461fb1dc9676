import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { isSubmodule, openRepository, type Repository } from '../../git/index.ts';
import type { Inputs, Runner } from '../../github/index.ts';
import type { Host } from '../host.ts';
import { absolutePath } from '../project/index.ts';

/** The folder of the first link on the way from `top` to a path; null if there is none, or the path is elsewhere. */
function folderOfLink(top: string, path: string): string | null {
  const names = relative(top, path).split(sep);
  if (names[0] === '..') return null;
  let folder = top;
  for (const name of names) {
    const next = join(folder, name);
    if (lstatSync(next, { throwIfNoEntry: false })?.isSymbolicLink() === true) return folder;
    folder = next;
  }
  return null;
}

function elsewhere(path: string, where: string): JoulegateError {
  return new JoulegateError(
    'bad-input',
    `${path} is not in the repository that the job checked out, but in ${where}.`,
    {
      code: 'manifest-in-submodule',
      nextStep:
        'Guard a submodule in the workflows of its own repository, or give the input `base` a folder.',
    },
  );
}

/**
 * Refuses a working directory or a manifest that a link in the checkout leads to another repository: what is there is not
 * what the pull request ships, and may be its base.
 */
export function assertNotLedAway(host: Host, runner: Runner, inputs: Inputs): void {
  const { environment, workingDirectory } = host;
  const rootOf = (folder: string) => openRepository({ root: folder, environment })?.root;
  for (const [folder, shown] of [
    [workingDirectory, inputs.workingDirectory],
    [dirname(absolutePath(host, inputs.manifest)), inputs.manifest],
  ] as const) {
    const before = folderOfLink(runner.workspace, folder);
    if (before !== null && rootOf(before) !== rootOf(folder)) throw elsewhere(shown, 'another repository');
  }
}

/**
 * The repository that the event speaks of, around the working directory and the manifest. A submodule's commits are others,
 * its `origin` is the pull request's choice, and its base would be the wrong one.
 * @throws JoulegateError (bad-input): `not-a-repository`, `manifest-in-submodule`, and those of `openRepository`
 */
export function headCheckout(host: Host, inputs: Inputs): Repository {
  const { environment, workingDirectory } = host;
  const repository = openRepository({ root: workingDirectory, environment });
  if (repository === null) {
    throw new JoulegateError(
      'bad-input',
      `${workingDirectory} is not in a git repository, so there is no base.`,
      {
        code: 'not-a-repository',
        nextStep: 'Run actions/checkout before this action, or give the input `base` a folder.',
      },
    );
  }
  if (isSubmodule(repository)) throw elsewhere(inputs.workingDirectory, 'a submodule');
  const manifest = dirname(absolutePath(host, inputs.manifest));
  if (openRepository({ root: manifest, environment })?.root === repository.root) return repository;
  throw elsewhere(inputs.manifest, 'a repository of its own inside this one');
}

/**
 * Refuses a folder as a base if the checkout that is judged decides what is in it, or where it is.
 * @throws JoulegateError (bad-input, `base-of-head`)
 */
export function assertNotOfHead(
  host: Host,
  runner: Runner,
  inputs: Inputs & { readonly base: string },
): void {
  const folder = absolutePath(host, inputs.base);
  // What is not there is refused where it is opened.
  if (!existsSync(folder)) return;
  const { environment, workingDirectory } = host;
  const own = openRepository({ root: folder, environment });
  const real = realpathSync(folder);
  const isOfHead = [workingDirectory, dirname(absolutePath(host, inputs.manifest))].some((place) => {
    const head = openRepository({ root: place, environment });
    if (head === null || relative(head.root, real).split(sep)[0] === '..') return false;
    return own === null || own.root === head.root || isSubmodule(own);
  });
  if (!isOfHead && folderOfLink(runner.workspace, folder) === null) return;
  throw new JoulegateError('bad-input', `The folder ${inputs.base} is one of the checkout that is judged.`, {
    code: 'base-of-head',
    nextStep: 'Give `base` a branch, a tag or a commit, or a folder that another checkout made.',
  });
}
