import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import { isInside } from './git-environment.ts';

/** Where a repository is; real paths. */
export interface RepositoryPlace {
  /** Top of the working tree: the folder with the `.git`, whatever the repository's settings say. */
  readonly root: string;
  /** What git calls the git dir: `.git` itself, or the folder that a file of that name leads to. */
  readonly gitDirectory: string;
  /** Where objects and what is kept beside them are: that of the repository which a linked working tree shares. */
  readonly commonDirectory: string;
}

/** No tree can hold a file of this name, so who made it had the machine, not only a pull request. */
const marker = '.git';

function real(path: string): string | null {
  try {
    return realpathSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new JoulegateError('bad-input', `${path} cannot be looked at: ${(error as Error).message}`, {
      code: 'cannot-read',
      nextStep: 'Check the permissions.',
      cause: error,
    });
  }
}

/** Where the one line of a file points: git writes a path, relative to the file's folder or absolute. */
function pointedAt(file: string, line: RegExp): string | null {
  const path = line.exec(readFileSync(file, 'utf8').trimEnd())?.[1];
  return path === undefined ? null : real(resolve(dirname(file), path));
}

/** The git dir that a `.git` is or leads to; null if there is none, and for a folder that is none: git passes over it too. */
function gitDirectoryAt(entry: string): string | null {
  const path = real(entry);
  if (path === null) return null;
  if (!statSync(path).isDirectory()) {
    const led = pointedAt(path, /^gitdir: (.+)$/s);
    if (led !== null) return led;
    throw new JoulegateError('bad-input', `${entry} leads to no git repository`, {
      code: 'not-a-repository',
      nextStep: 'Check out again, or mount the repository that this working tree belongs to.',
    });
  }
  return existsSync(join(path, 'HEAD')) && existsSync(join(path, 'objects')) ? path : null;
}

function commonDirectoryOf(gitDirectory: string): string {
  const link = join(gitDirectory, 'commondir');
  return (existsSync(link) ? pointedAt(link, /^(.+)$/s) : null) ?? gitDirectory;
}

/** The outermost folder around a path that has a `.git`; null if none has. */
function outermostRoot(path: string): string | null {
  const parent = dirname(path);
  const outer = parent === path ? null : outermostRoot(parent);
  return outer ?? (existsSync(join(path, marker)) ? path : null);
}

/** Refuses a git dir that lies among the files of a working tree, where a pull request can put it. */
function assertNotCarried(gitDirectory: string): void {
  if (gitDirectory.split(sep).includes(marker)) return;
  const outer = outermostRoot(dirname(gitDirectory));
  if (outer === null) return;
  const own = gitDirectoryAt(join(outer, marker));
  if (own !== null && isInside(own, gitDirectory)) return;
  throw new JoulegateError('bad-input', `${gitDirectory} is a repository among the files of ${outer}`, {
    code: 'carried-repository',
    nextStep: 'A repository that other files bring along is not read. Remove the .git that leads to it.',
  });
}

/**
 * The repository that a folder is in: the nearest folder upwards with a real `.git`. One that is committed as plain files,
 * which git's own search would take for a bare repository, is passed over.
 * @returns null outside any, and for a folder that does not exist
 * @throws JoulegateError (bad-input): `carried-repository`, `not-a-repository` for a `.git` that leads nowhere, `cannot-read`
 */
export function findRepository(folder: string): RepositoryPlace | null {
  const start = real(folder);
  for (let root = start; root !== null; ) {
    const gitDirectory = gitDirectoryAt(join(root, marker));
    if (gitDirectory !== null) {
      assertNotCarried(gitDirectory);
      const common = commonDirectoryOf(gitDirectory);
      assertNotCarried(common);
      return { root, gitDirectory, commonDirectory: common };
    }
    root = dirname(root) === root ? null : dirname(root);
  }
  return null;
}
