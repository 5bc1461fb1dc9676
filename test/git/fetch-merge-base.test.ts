import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fetchHistory, fetchMergeBase, requireRepository } from '../../src/git/index.ts';
import { itInFull } from '../support/full.ts';
import { commitsIn, gitIn, type LongHistory, longHistory } from '../support/long-history.ts';

const environment = { PATH: process.env.PATH, HOME: '/nonexistent' };
const target = 'refs/joulegate/base';
let history: LongHistory;

beforeAll(() => {
  history = longHistory([
    { name: 'main', commits: 5000, from: null },
    { name: 'short', commits: 1, from: { branch: 'main', back: 40 } },
    { name: 'long', commits: 40, from: { branch: 'main', back: 0 } },
    { name: 'both', commits: 40, from: { branch: 'main', back: 40 } },
    { name: 'old', commits: 1, from: { branch: 'main', back: 600 } },
  ]);
});

afterAll(() => history.remove());

interface Clone {
  readonly root: string;
  readonly steps: string[];
  fetchMain(): Promise<void>;
  /** Where what is checked out left a revision. */
  left(revision: string): Promise<string>;
}

function clone(revision: string, depth = 1): Clone {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'joulegate-merge-base-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  history.checkOut(root, revision, depth);
  const repository = requireRepository({ root, environment });
  const question = { repository, credentials: null };
  const steps: string[] = [];
  return {
    root,
    steps,
    fetchMain: () => fetchHistory({ ...question, source: 'refs/heads/main', target, depth: 1 }),
    left: (wanted) =>
      fetchMergeBase({ ...question, revision: wanted, label: 'main', onStep: (text) => steps.push(text) }),
  };
}

describe('where a branch left another, out of two commits without history,', () => {
  it.each([
    ['short', 40],
    ['long', 0],
    ['both', 40],
  ])('is found with 100 commits of 5,000 at most: %s', async (branch, back) => {
    const { root, steps, fetchMain, left } = clone(branch);
    await fetchMain();
    expect(commitsIn(root)).toBe(2);
    expect(await left(target)).toBe(history.git('rev-parse', `main~${back}`));
    expect(commitsIn(root)).toBeLessThanOrEqual(100);
    expect(steps).toEqual([
      'fetching 15 more commits of history, to find where head left main',
      'fetching 30 more commits of history, to find where head left main',
    ]);
    expect(gitIn(root, ['rev-parse', 'HEAD'])).toBe(history.git('rev-parse', branch));
  });

  it('is found further back with less than four times what is needed', async () => {
    const { root, fetchMain, left } = clone('old');
    await fetchMain();
    expect(await left(target)).toBe(history.git('rev-parse', 'main~600'));
    expect(commitsIn(root)).toBeLessThan(2400);
  });

  it('takes nothing where one is the other’s parent', async () => {
    const { root, steps, left } = clone('main', 2);
    expect(await left('HEAD~1')).toBe(history.git('rev-parse', 'main~1'));
    expect(steps).toEqual([]);
    expect(commitsIn(root)).toBe(2);
  });

  itInFull('is not looked for without end', async () => {
    const apart = longHistory([
      { name: 'main', commits: 16_000, from: null },
      { name: 'topic', commits: 1, from: null },
    ]);
    onTestFinished(apart.remove);
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'joulegate-merge-base-')));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    apart.checkOut(root, 'main');
    const question = { repository: requireRepository({ root, environment }), credentials: null };
    await fetchHistory({ ...question, source: 'refs/heads/topic', target, depth: 1 });
    const found = fetchMergeBase({ ...question, revision: target, label: 'topic', onStep: () => undefined });
    await expect(found).rejects.toMatchObject({
      code: 'no-merge-base',
      message: 'HEAD and topic share no commit of the last 15345',
    });
    expect(commitsIn(root)).toBeLessThan(15_400);
  });
});

itInFull('what one old merge shows of two branches is not taken for where they parted', async () => {
  // Both merged `feature`, which is as old as main~300, and parted at main~40.
  const work = realpathSync(mkdtempSync(join(tmpdir(), 'joulegate-merge-base-')));
  onTestFinished(() => rmSync(work, { recursive: true, force: true }));
  const own = longHistory([
    { name: 'main', commits: 400, from: null },
    { name: 'feature', commits: 1, from: { branch: 'main', back: 300 } },
    { name: 'topic', commits: 3, from: { branch: 'main', back: 40 } },
  ]);
  onTestFinished(own.remove);
  const parted = own.git('rev-parse', 'main~40');
  for (const branch of ['main', 'topic']) {
    const tree = own.git('rev-parse', `${branch}^{tree}`);
    const merge = own.git('commit-tree', '-p', branch, '-p', 'feature', '-m', 'merge', tree);
    own.git('update-ref', `refs/heads/${branch}`, merge);
  }
  own.checkOut(work, 'topic');
  const question = { repository: requireRepository({ root: work, environment }), credentials: null };
  await fetchHistory({ ...question, source: 'refs/heads/main', target, depth: 1 });
  const found = await fetchMergeBase({
    ...question,
    revision: target,
    label: 'main',
    onStep: () => undefined,
  });
  expect([parted, own.git('rev-parse', 'feature')]).toContain(found);
  expect(found).toBe(own.git('merge-base', 'main', 'topic'));
});

describe('what is too far back to be here', () => {
  it.each([
    ['HEAD~1', 1, 2],
    ['HEAD^', 1, 2],
    ['HEAD^^~2', 4, 5],
    ['HEAD~99', 99, 100],
  ])('is fetched, and no more: %s', async (revision, back, commits) => {
    const { root, left } = clone('main');
    expect(await left(revision)).toBe(history.git('rev-parse', `main~${back}`));
    expect(commitsIn(root)).toBe(commits);
  });

  it('is refused where history ends before', async () => {
    const { left } = clone('main');
    await expect(left('HEAD~5000')).rejects.toMatchObject({ code: 'unknown-revision' });
  });
});
