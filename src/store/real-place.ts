import { existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { JoulegateError } from '../errors/index.ts';

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function ancestorsOf(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...ancestorsOf(parent)];
}

/** The real path, links followed, of what is there, with what is yet to be made below it. */
function realPathOf(path: string): string {
  const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  if (isThere || dirname(path) === path) return realpathSync(path);
  return join(realPathOf(dirname(path)), basename(path));
}

function leadsOut(path: string, repository: string, cause?: unknown): JoulegateError {
  return new JoulegateError('bad-input', `${path} leads out of the repository ${repository} by a link.`, {
    code: 'link-outside',
    nextStep: 'Remove the link, or name the place outside by its own path.',
    cause,
  });
}

/**
 * Where a path really lies. One below a repository has to stay in it, whatever links lie there: they came with a change that somebody
 * else made. A path outside of all repositories is the user's own, and so are its links. A repository inside another bounds as well.
 * @throws JoulegateError (bad-input, `link-outside`); the system's errors
 */
export function realPlace(path: string): string {
  const absolute = resolve(path);
  const repositories = ancestorsOf(absolute).filter((folder) => existsSync(join(folder, '.git')));
  let real: string;
  try {
    real = realPathOf(absolute);
  } catch (error) {
    // A link to nowhere is not followed to make something there; one to itself leads nowhere either.
    const { code } = error as NodeJS.ErrnoException;
    const [nearest] = repositories;
    if (nearest !== undefined && (code === 'ENOENT' || code === 'ELOOP'))
      throw leadsOut(path, nearest, error);
    throw error;
  }
  const left = repositories.find((folder) => !isWithin(real, realpathSync(folder)));
  if (left !== undefined) throw leadsOut(path, left);
  return real;
}

/** Where a file is to be written: its folder resolved as by `realPlace`. A link of its own name is replaced. */
export function realTarget(path: string): string {
  const absolute = resolve(path);
  return join(realPlace(dirname(absolute)), basename(absolute));
}

/** Makes a folder and those above it. @throws JoulegateError (bad-input, `link-outside`); the system's errors */
export function makeFolder(path: string): void {
  mkdirSync(realPlace(path), { recursive: true });
}
