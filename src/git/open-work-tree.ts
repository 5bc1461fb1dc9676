import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import type { FileContent, FileReader } from '../manifest/index.ts';
import { storedContent } from './checked-out-content.ts';
import { openFolder } from './open-folder.ts';
import { askGit, type Repository } from './open-repository.ts';
import { openSubmodule } from './open-submodule.ts';
import { decodeText, maxListedFiles, normalisePath, outsideRoot, tooMany } from './reader-rules.ts';
import { filtered } from './source-rules.ts';

const maxListBytes = 64 * 1024 * 1024;

/** A submodule in git's index: its mode, and its path at the end. */
const submodule = /^160000 [0-9a-f]+ 0\t(.*)$/s;

function ask(
  repository: Repository,
  ...[args, maxBytes = maxListBytes]: [args: readonly string[], maxBytes?: number]
): readonly string[] {
  const result = askGit(repository, {
    // A path is a path, whatever characters it has.
    args: ['--literal-pathspecs', ...args],
    maxBytes,
  });
  if (result.ok) return result.stdout.toString('utf8').split('\0').slice(0, -1);
  throw new JoulegateError('bad-input', `git cannot list the sources: ${result.message}`, {
    code: 'git-failed',
    nextStep: 'Run `git ls-files` by hand to see more.',
  });
}

/** Filters whose work is known without running them. */
const known = ['unspecified', 'unset', '', 'lfs'];

/** Refuses what a commit would not hold as it is on disk, nor as can be told from what it holds. */
function checkFilters(repository: Repository, paths: readonly string[]): void {
  if (paths.length === 0) return;
  const answers = ask(repository, ['check-attr', '-z', 'filter', '--', ...paths]);
  for (let at = 0; at + 2 < answers.length; at += 3) {
    const [path = '', , filter = ''] = answers.slice(at, at + 3);
    if (!known.includes(filter)) throw filtered(path, filter);
  }
}

/** The submodules of the index at or below a path; all of them for the root, which is the empty text. */
function submodulesBelow(repository: Repository, path: string): readonly string[] {
  const args = ['ls-files', '-z', '--stage', ...(path === '' ? [] : ['--', path])];
  return ask(repository, args).flatMap((line) => submodule.exec(line)?.[1] ?? []);
}

/** Sources at or below a path that is in no submodule; those of submodules below it too. */
function sourcesBelow(repository: Repository, path: string): readonly string[] {
  const listed = ask(repository, [
    ...['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    ...(path === '' ? [] : ['--', path]),
  ]);
  const modules = submodulesBelow(repository, path);
  const paths = [...new Set(listed)].filter((one) => !one.endsWith('/') && !modules.includes(one));
  checkFilters(repository, paths);
  const inner = modules.flatMap((module) =>
    sourcesBelow(openSubmodule(repository, module), '').map((one) => `${module}/${one}`),
  );
  if (paths.length + inner.length > maxListedFiles) throw tooMany(path);
  return [...paths, ...inner].sort();
}

/** As `sourcesBelow`, for a path that may be in a submodule. */
function sourcesAt(repository: Repository, path: string): readonly string[] {
  const folders = path.split('/');
  for (let depth = 1; depth < folders.length; depth++) {
    const folder = folders.slice(0, depth).join('/');
    // What is no repository of its own is no submodule that is checked out.
    if (!existsSync(join(repository.root, folder, '.git'))) continue;
    if (!submodulesBelow(repository, folder).includes(folder)) continue;
    const inner = sourcesAt(openSubmodule(repository, folder), folders.slice(depth).join('/'));
    return inner.map((one) => `${folder}/${one}`);
  }
  return sourcesBelow(repository, path);
}

/** A file of git's index that is not to be on the disk. */
interface LeftOut {
  readonly object: string;
  readonly executable: boolean;
}

/** Longest listing of an index that is read: some millions of files. */
const maxIndexBytes = 256 * 1024 * 1024;

/** What a sparse checkout left out of the disk, by path. */
function leftOutFiles(repository: Repository): ReadonlyMap<string, LeftOut> {
  const files = new Map<string, LeftOut>();
  for (const entry of ask(repository, ['ls-files', '-z', '-t', '--stage'], maxIndexBytes)) {
    const [, mode, object = '', path = ''] = /^S (100644|100755) ([0-9a-f]+) 0\t(.*)$/s.exec(entry) ?? [];
    if (path !== '') files.set(path, { object, executable: mode === '100755' });
  }
  return files;
}

/**
 * Reads the working tree of a repository as `openFolder` does, and what a sparse checkout keeps out of it; what sources are
 * made of, git says.
 * @throws JoulegateError (bad-input, `not-a-folder`)
 */
export function openWorkTree(repository: Repository): FileReader {
  const folder = openFolder(repository.root);
  let files: ReadonlyMap<string, LeftOut> | null = null;
  // Many files are looked for and are nowhere: git is asked once for all of them.
  const leftOut = (path: string): FileContent | null => {
    files ??= leftOutFiles(repository);
    const normalised = normalisePath(path) ?? '';
    const file = files.get(normalised);
    if (file === undefined) return null;
    return { bytes: storedContent(repository, file.object, normalised), executable: file.executable };
  };
  const readBytes = (path: string) => folder.readBytes(path) ?? leftOut(path);
  return {
    ...folder,
    readBytes,
    read(path) {
      const content = readBytes(path);
      return content === null ? null : decodeText(path, content.bytes);
    },
    listSources(path) {
      const normalised = normalisePath(path);
      if (normalised === null || normalised === '') throw outsideRoot(path);
      return sourcesAt(repository, normalised);
    },
  };
}
