import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import type { FileContent, FileReader } from '../manifest/index.ts';
import {
  decodeText,
  isSkippedFolder,
  maxFileBytes,
  maxListedFiles,
  normalisePath,
  outsideRoot,
  tooLarge,
  tooMany,
} from './reader-rules.ts';

/** S_IXUSR. */
const ownerMayExecute = 0o100;

/** Absence is an answer; anything else that keeps a file from being read is an error. */
function isAbsence(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
}

function unreadable(path: string, error: unknown): JoulegateError {
  const reason = error instanceof Error ? error.message : String(error);
  return new JoulegateError('bad-input', `cannot read ${path}: ${reason}`, {
    code: 'cannot-read',
    nextStep: 'Check the permissions.',
    cause: error,
  });
}

/** The real path below `root`, links followed; null if nothing is there. @throws JoulegateError (`path-outside`). */
function realPathInside(root: string, path: string): string | null {
  const normalised = normalisePath(path);
  if (normalised === null) throw outsideRoot(path);
  let real: string;
  try {
    real = realpathSync(join(root, normalised));
  } catch (error) {
    if (isAbsence(error)) return null;
    throw unreadable(path, error);
  }
  if (real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)) return real;
  throw outsideRoot(path);
}

/** null for anything but a regular file, so that a pipe or device is never waited on. */
function readRegularFile(realPath: string, path: string): FileContent | null {
  let descriptor: number;
  try {
    descriptor = openSync(realPath, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (isAbsence(error)) return null;
    throw unreadable(path, error);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return null;
    if (stat.size > maxFileBytes) throw tooLarge(path);
    return { bytes: readFileSync(descriptor), executable: (stat.mode & ownerMayExecute) !== 0 };
  } finally {
    closeSync(descriptor);
  }
}

/** A link counts as the file it leads to if that is inside the root; links to folders are not followed. */
function isListed(root: string, entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile();
  try {
    const real = realPathInside(root, path);
    return real !== null && statSync(real).isFile();
  } catch (error) {
    if (error instanceof JoulegateError && error.code === 'path-outside') return false;
    throw error;
  }
}

function listFolder(root: string, folder: string): string[] {
  const found: string[] = [];
  const pending = [folder];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    const real = realPathInside(root, current);
    if (real === null || !statSync(real).isDirectory()) continue;
    for (const entry of readdirSync(real, { withFileTypes: true })) {
      const path = current === '' ? entry.name : `${current}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!isSkippedFolder(entry.name)) pending.push(path);
      } else if (isListed(root, entry, path)) found.push(path);
    }
    if (found.length > maxListedFiles || pending.length > maxListedFiles) throw tooMany(folder);
  }
  return found.sort();
}

/**
 * Reads the files of a folder on disk. Links are followed only inside the folder.
 * Its methods throw JoulegateError (bad-input): `path-outside`, `file-too-large`, `not-text`, `too-many-files`,
 * `cannot-read`.
 * @throws JoulegateError (bad-input, `not-a-folder`).
 */
export function openFolder(path: string): FileReader {
  let root: string;
  try {
    root = realpathSync(path);
    if (!statSync(root).isDirectory()) throw new Error('it is not a folder');
  } catch (error) {
    throw new JoulegateError('bad-input', `${path} is not a folder that can be read`, {
      code: 'not-a-folder',
      nextStep: 'Check the path.',
      cause: error,
    });
  }
  const readBytes = (file: string) => {
    const real = realPathInside(root, file);
    return real === null ? null : readRegularFile(real, file);
  };
  const list = (folder: string) => {
    const normalised = normalisePath(folder);
    if (normalised === null) throw outsideRoot(folder);
    return listFolder(root, normalised);
  };
  return {
    readBytes,
    read(file) {
      const content = readBytes(file);
      return content === null ? null : decodeText(file, content.bytes);
    },
    list,
    listSources: (path) => (readBytes(path) === null ? list(path) : [normalisePath(path) ?? path]),
  };
}
