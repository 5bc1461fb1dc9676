import { JoulegateError } from '../errors/index.ts';
import type { FileReader } from '../manifest/index.ts';
import { openFolder } from './open-folder.ts';
import { askGit, type Repository } from './open-repository.ts';
import { maxListedFiles, normalisePath, outsideRoot, tooMany } from './reader-rules.ts';
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

/** Refuses what a commit would not hold as it is on disk. */
function checkFilters(repository: Repository, paths: readonly string[]): void {
  if (paths.length === 0) return;
  const answers = ask(repository, ['check-attr', '-z', 'filter', '--', ...paths]);
  for (let at = 0; at + 2 < answers.length; at += 3) {
    const [path = '', , filter = ''] = answers.slice(at, at + 3);
    if (!['unspecified', 'unset', ''].includes(filter)) throw filtered(path, filter);
  }
}

/**
 * Reads the working tree of a repository as `openFolder` does; what sources are made of, git says.
 * @throws JoulegateError (bad-input, `not-a-folder`)
 */
export function openWorkTree(repository: Repository): FileReader {
  return {
    ...openFolder(repository.root),
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
