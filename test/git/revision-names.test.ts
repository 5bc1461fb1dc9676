import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchHistory, fetchMergeBase, requireRepository, resolveCommit } from '../../src/git/index.ts';
import { commitsIn, gitIn, type LongHistory, longHistory } from '../support/long-history.ts';

const environment = { PATH: process.env.PATH, HOME: '/nonexistent' };
let history: LongHistory;
let root: string;

function clone(...args: string[]): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'joulegate-names-')));
  gitIn(path, ['clone', '--quiet', ...args, `file://${history.origin}`, '.']);
  return path;
}

const open = (path: string) => requireRepository({ root: path, environment });

/** Branches of every form that git allows. */
const branches = [
  'dependabot/npm_and_yarn/@types/node-20.1',
  'función/é',
  'rel\u3000ease',
  'fix#12',
  'a&b;c|d$(e)`f`',
  '"quoted" \''.replaceAll(' ', ''),
  '100%',
  'a{b}',
  'a,b=c+d!',
  '-dash',
  'refs/heads/twice',
  'v1-3-gabcdef0',
  '🚀',
];

beforeAll(() => {
  history = longHistory([{ name: 'main', commits: 8, from: null }]);
  for (const branch of branches) history.git('update-ref', `refs/heads/${branch}`, 'main~3');
  history.git('update-ref', 'refs/heads/HEAD', 'main~2');
  history.git('tag', 'v1', 'main~4');
  history.git('tag', '-a', '-m', 'two', 'v2', 'main~5');
  root = clone();
  gitIn(root, ['checkout', '--quiet', '-b', 'topic', '--track', 'origin/main']);
  gitIn(root, ['commit', '--quiet', '--allow-empty', '-m', 'fix: a thing']);
});

afterAll(() => {
  history.remove();
  rmSync(root, { recursive: true, force: true });
});

describe('a revision is whatever git rev-parse takes', () => {
  it.each([
    ...[
      'HEAD~1',
      'HEAD^',
      '@',
      '@~2',
      'main^',
      'main~2^~1',
      'main^0',
      'v1',
      'v2',
      'v2^{}',
      'v2^{commit}',
      'v2^{}~1',
    ],
    ...['@{u}', '@{upstream}', 'topic@{u}', 'topic@{1}', '@{-1}', 'main@{2 minutes ago}', 'topic@{u}~3'],
    ...['tags/v1', 'heads/main', 'refs/tags/v2', 'origin/main', 'remotes/origin/main~1', 'origin'],
    ...['HEAD^{/fix: a}', 'v1-0-gHASH', 'HASH', 'HASH^'],
  ])('%s', (form) => {
    const revision = form.replace('HASH', gitIn(root, ['rev-parse', '--short', 'v1']));
    const wanted = gitIn(root, ['rev-parse', '--verify', revision.replace(/$/, '^{commit}')]);
    expect(resolveCommit(open(root), revision)).toBe(wanted);
  });

  it.each([
    ...[
      '-x',
      '--all',
      '--glob=*',
      '^main',
      'main..topic',
      'main...topic',
      'main:main.txt',
      ':/fix',
      ':main.txt',
    ],
    ...['main topic', 'main\ntopic', 'main\0', ''],
  ])('but no option, range, path or list: %j', (form) => {
    expect(() => resolveCommit(open(root), form)).toThrow(expect.objectContaining({ code: 'bad-revision' }));
  });
});

describe('a branch of any name is fetched', () => {
  it.each([...branches, 'HEAD'])('%s', async (branch) => {
    const path = clone('--depth=1', '--single-branch');
    const target = 'refs/joulegate/base';
    const question = { repository: open(path), credentials: null };
    await fetchHistory({ ...question, source: `refs/heads/${branch}`, target, depth: 1 });
    expect(resolveCommit(question.repository, target)).toBe(history.git('rev-parse', `refs/heads/${branch}`));
    rmSync(path, { recursive: true });
  });

  it.each(['refs/heads/*', 'refs/heads/main:refs/heads/x', 'a{b:refs/heads/x}', 'main@{1}', '+main', '-x'])(
    'and nothing else is: %s',
    async (source) => {
      const path = clone('--depth=1', '--single-branch');
      const question = { repository: open(path), credentials: null };
      const before = gitIn(path, ['for-each-ref']);
      await expect(fetchHistory({ ...question, source, target: null, depth: 1 })).rejects.toThrow(
        /is not a revision|origin has no/,
      );
      expect(gitIn(path, ['for-each-ref'])).toBe(before);
      rmSync(path, { recursive: true });
    },
  );
});

describe('what is not there says why, and what to do', () => {
  it.each([
    ['nope', 'there is no revision "nope" in ', 'Check the name, or fetch it first: git fetch origin nope.'],
    ['main~90', 'there is no revision "main~90": there is main, but not what follows', 'git log main'],
    ['main^2', 'there is no revision "main^2": main is no merge of so many', 'first parent: main^.'],
    ['v1@{u}', 'there is no revision "v1@{u}"', 'name a branch, e.g. origin/main'],
  ])('%s', (revision, message, nextStep) => {
    expect(() => resolveCommit(open(root), revision)).toThrow(
      expect.objectContaining({
        code: 'unknown-revision',
        message: expect.stringContaining(message),
        nextStep: expect.stringContaining(nextStep),
      }),
    );
  });

  it('HEAD~1 in a shallow clone', () => {
    const path = clone('--depth=1');
    expect(() => resolveCommit(open(path), 'HEAD~1')).toThrow(
      expect.objectContaining({
        message:
          'there is no revision "HEAD~1": this clone is shallow and does not go that far back behind HEAD',
        nextStep: 'Fetch more history: git fetch --deepen=100, or actions/checkout with fetch-depth: 0.',
      }),
    );
    rmSync(path, { recursive: true });
  });

  it('a parent that a commit does not have, without fetching all history for it', async () => {
    const path = clone('--depth=1');
    const steps: string[] = [];
    const question = { repository: open(path), credentials: null, label: 'HEAD^2' };
    const found = fetchMergeBase({ ...question, revision: 'HEAD^2', onStep: (text) => steps.push(text) });
    await expect(found).rejects.toMatchObject({ code: 'unknown-revision' });
    expect(steps).toHaveLength(1);
    expect(commitsIn(path)).toBe(2);
    rmSync(path, { recursive: true });
  });
});

describe('a remote that gives nothing says why', () => {
  const fetchFrom = async (url: string | null, source = 'refs/heads/main'): Promise<string> => {
    const path = clone('--depth=1', '--single-branch');
    if (url === null) gitIn(path, ['remote', 'remove', 'origin']);
    else gitIn(path, ['remote', 'set-url', 'origin', url]);
    const task = { repository: open(path), credentials: null, source, target: null, depth: 1 };
    try {
      await fetchHistory(task);
      return 'fetched';
    } catch (error) {
      const { message, nextStep } = error as { message: string; nextStep: string };
      return `${message}\n${nextStep}`;
    } finally {
      rmSync(path, { recursive: true });
    }
  };

  it('a branch or commit that it does not have', async () => {
    const own = `file://${history.origin}`;
    expect(await fetchFrom(own, 'refs/heads/gone')).toMatch(
      /^origin has no refs\/heads\/gone: .*\nIt was deleted/,
    );
    const commit = '1'.repeat(40);
    expect(await fetchFrom(own, commit)).toMatch(new RegExp(`^origin has no ${commit}: .*\nIt was deleted`));
  });

  it('no way there', async () => {
    expect(await fetchFrom('http://127.0.0.1:1/o/r')).toMatch(
      /^origin could not be reached for refs\/heads\/main: .*\nCheck the runner’s network/,
    );
  });

  it('no remote of that name', async () => {
    expect(await fetchFrom(null)).toMatch(/^this clone has no remote `origin`: .*\nCheck out with actions/);
  });
});
