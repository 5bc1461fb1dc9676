import { JoulegateError } from '../errors/index.ts';
import type { FileContent, FileReader } from '../manifest/index.ts';
import { storedContent } from './checked-out-content.ts';
import { openFolder } from './open-folder.ts';
import { askGit, type Repository } from './open-repository.ts';
import { decodeText, maxListedFiles, normalisePath, outsideRoot, tooMany } from './reader-rules.ts';
import { filtered, inSubmodule } from './source-rules.ts';

const maxListBytes = 64 * 1024 * 1024;

/** Mode of a submodule in git's index. */
const submodule = /^160000 /;

function ask(repository: Repository, args: readonly string[]): readonly string[] {
  const result = askGit(repository, {
    // A path is a path, whatever characters it has.
    args: ['--literal-pathspecs', ...args],
    maxBytes: maxListBytes,
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

/** What a sparse checkout left out of the disk, as it would be there; null for what git does not have either. */
function leftOut(repository: Repository, path: string): FileContent | null {
  const normalised = normalisePath(path);
  if (normalised === null || normalised === '') return null;
  const [entry = ''] = ask(repository, ['ls-files', '-z', '-t', '--stage', '--', normalised]);
  const match = /^S (100644|100755) ([0-9a-f]+) 0\t(.*)$/s.exec(entry);
  const [, mode, object = '', at] = match ?? [];
  if (at !== normalised) return null;
  return { bytes: storedContent(repository, object, normalised), executable: mode === '100755' };
}

/**
 * Reads the working tree of a repository as `openFolder` does, and what a sparse checkout keeps out of it; what sources are
 * made of, git says.
 * @throws JoulegateError (bad-input, `not-a-folder`)
 */
export function openWorkTree(repository: Repository): FileReader {
  const folder = openFolder(repository.root);
  const readBytes = (path: string) => folder.readBytes(path) ?? leftOut(repository, path);
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
      const kept = ask(repository, ['ls-files', '-z', '--stage', '--', normalised]);
      const module = kept.find((line) => submodule.test(line));
      if (module !== undefined) throw inSubmodule(module.slice(module.indexOf('\t') + 1));
      const listed = ask(repository, [
        ...['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
        ...['--', normalised],
      ]);
      const paths = [...new Set(listed)].filter((one) => !one.endsWith('/')).sort();
      if (paths.length > maxListedFiles) throw tooMany(path);
      checkFilters(repository, paths);
      return paths;
    },
  };
}
