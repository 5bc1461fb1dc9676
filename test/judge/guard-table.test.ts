import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Which tests hold what the table of docs/judging.md says, line by line. */
const held: Readonly<Record<string, readonly (readonly [file: string, title: string])[]>> = {
  'a corrupt or missing baseline passes': [
    [
      'test/cli/guard.test.ts',
      'says missing-baseline, and fails, where base has a manifest that cannot be read',
    ],
    ['test/cli/guard.test.ts', 'fails for a baseline that cannot be read, though head says that it need not'],
    ['test/judge/overall.test.ts', 'fails if a baseline is missing, even if nothing else was wrong'],
  ],
  'figures are stored before they are judged, so a regression alerts once and becomes the baseline': [
    ['test/action/guard.test.ts', 'is never the base of a later run by itself'],
    ['test/judge/attempts.test.ts', 'of a change that costs more stays red: repeating it is no way out'],
  ],
  'the comment is looked for on one page and by anybody’s hand: duplicates': [
    ['test/github/comment.test.ts', 'is found behind hundreds of others'],
    ['test/github/comment.test.ts', 'never touches what others wrote, even if they copy its marker'],
    ['test/github/comment.test.ts', 'replaces duplicates of its own by one'],
  ],
  'legs of a matrix overwrite each other’s comment: the last one’s green stands': [
    [
      'test/github/comment-legs.test.ts',
      'make one comment that shows all three, in whatever order they come',
    ],
  ],
  'a comment over 65,536 characters is refused': [
    ['test/report/comment.test.ts', 'keeps what matters, counts what is missing, and fits'],
    ['test/report/policy.test.ts', 'stays within the length of a comment, however much there is of it'],
  ],
  'compared with the tip of main': [
    ['test/git/git.test.ts', 'finds where a branch and HEAD parted'],
    ['test/git/fetch-merge-base.test.ts', 'is found further back with less than four times what is needed'],
  ],
  'a cache key that never changes: the baseline is a week old': [
    ['test/github/services.test.ts', 'is what the newest run saved, byte for byte'],
    ['test/action/retune.test.ts', 'hands what it learnt to the next night'],
  ],
  'thresholds doubled until they mean nothing, because stored figures are noisy': [
    [
      'test/judge/noise-models.test.ts',
      'makes stored figures cry wolf, and both sides in one session do not',
    ],
    ['test/judge/noise-models.test.ts', 'of forty unchanged kernels none is red, and 95 % say unchanged'],
  ],
  'the same machine reads +13.8 % a day later, or is bimodal from process to process': [
    ['test/judge/noise-models.test.ts', 'reads +13.8 % another day: never red'],
    ['test/judge/simulation.test.ts', 'clocks that fall on one of two speeds per process cause no false red'],
  ],
  'the number of the pull request comes from an artifact': [
    [
      'test/github/publish.test.ts',
      'is looked up for a run from a fork: same owner, branch, repository and commit',
    ],
    ['test/github/publish.test.ts', 'is none if its head has moved on, if two fit, or if the fork is gone'],
  ],
  'a pull request made with the run’s token starts no checks': [
    [
      'test/judge/guard-table.test.ts',
      'every example that proposes a pull request says which token starts its checks',
    ],
  ],
  'check runs hang onto an arbitrary suite': [
    ['test/action/guard.test.ts', 'is red, at the kernel’s line, in every place, by the job’s own status'],
  ],
  'a cache that pull requests write reaches a release': [
    ['test/github/services.test.ts', 'is read by pull requests and never written by them'],
    ['test/action/retune.test.ts', 'saves nothing on behalf of a pull request'],
    ['test/workflows/workflows.test.ts', 'kernels do not run in a job that may write contents'],
  ],
  'a rank test whose smallest p exceeds its level never fires': [
    ['test/judge/verdicts.test.ts', 'three blocks can still find a regression: no test that cannot fire'],
  ],
};

function lines(): readonly string[] {
  const [, table = ''] = read('docs/judging.md').split('| elsewhere | here |\n| --- | --- |\n');
  return table
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2).split(' | ')[0]?.replaceAll("'", '’') ?? '');
}

describe('what goes wrong elsewhere', () => {
  it('is listed line by line', () => {
    expect(lines()).toEqual(Object.keys(held));
  });

  it.each(Object.entries(held))('%s: is tested', (_, tests) => {
    const quote = '(?:it|itInFull|test)(?:\\.runIf\\(isFull\\))?(?:\\.each\\([^\\n]*\\))?\\(\\s*[\'"`]';
    for (const [file, title] of tests) {
      const escaped = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('’', "[’']");
      expect(read(file), `${file}: ${title}`).toMatch(new RegExp(`${quote}[^\\n]*${escaped}`));
    }
  });
});

it('every example that proposes a pull request says which token starts its checks', () => {
  const told =
    /No check starts on a pull\n# request that the run's own token makes|starts no checks|so that its checks start/;
  for (const name of ['nightly', 'nightly-app', 'nightly-matrix', 'nightly-pages']) {
    const text = read(`examples/workflows/${name}.yml`);
    expect(text).toContain('create-pull-request@');
    expect(text, name).toMatch(told);
  }
});
