import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fetchHistory, fetchMergeBase, findCommit, requireRepository } from '../../src/git/index.ts';
import { itInFull } from '../support/full.ts';
import { commitsIn, gitIn, type LongHistory, longHistory } from '../support/long-history.ts';

const environment = { PATH: process.env.PATH, HOME: '/nonexistent' };
let history: LongHistory;

/** A server that gives what its refs point at, and no other commit by its hash. */
beforeAll(() => {
  history = longHistory([
    { name: 'main', commits: 2000, from: null },
    { name: 'topic', commits: 3, from: { branch: 'main', back: 40 } },
  ]);
  history.git('config', 'uploadpack.allowAnySHA1InWant', 'false');
});

afterAll(() => history.remove());

/** A clone of a branch alone, which asks as one does over ssh: without version 2 of the protocol. */
function clone(branch: string) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'joulegate-by-refs-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  history.checkOut(root, branch);
  gitIn(root, ['config', 'protocol.version', '0']);
  const repository = requireRepository({ root, environment });
  const steps: string[] = [];
  const question = { repository, credentials: null, onStep: (text: string) => steps.push(text) };
  return { root, repository, steps, question };
}

describe('where a server gives no commit by its hash,', () => {
  const main = 'refs/heads/main';

  it('one is fetched with the history of a branch that reaches it', async () => {
    const { root, repository, steps, question } = clone('main');
    const source = history.git('rev-parse', 'main~30');
    const refs = ['refs/heads/gone', main];
    await fetchHistory({ ...question, source, target: null, depth: 1, refs });
    expect(findCommit(repository, source)).toBe(source);
    expect(commitsIn(root)).toBe(46);
    expect(steps).toEqual([
      'fetching 15 more commits of refs/heads/main: origin gives no single commits',
      'fetching 30 more commits of refs/heads/main: origin gives no single commits',
    ]);
  });

  itInFull('one of another branch is too, which the clone has nothing of', async () => {
    const { root, repository, question } = clone('topic');
    const source = history.git('rev-parse', 'main~7');
    await fetchHistory({ ...question, source, target: null, depth: 2, refs: [main] });
    expect(findCommit(repository, `${source}^`)).toBe(history.git('rev-parse', 'main~8'));
    expect(commitsIn(root)).toBe(32);
  });

  itInFull('one that no branch of the run reaches is refused, with what to do', async () => {
    const { question } = clone('main');
    const source = history.git('rev-parse', 'topic~1');
    const found = fetchHistory({ ...question, source, target: null, depth: 1, refs: [main] });
    await expect(found).rejects.toMatchObject({
      code: 'fetch-failed',
      message: expect.stringContaining(`${source} was not found behind the branches of this run`),
    });
  });

  it('where a branch left another is found with 100 commits at most', async () => {
    const { root, question } = clone('topic');
    const target = 'refs/joulegate/base';
    await fetchHistory({ ...question, source: main, target, depth: 1 });
    const refs = ['refs/heads/topic', main];
    const found = await fetchMergeBase({ ...question, refs, revision: target, label: 'main' });
    expect(found).toBe(history.git('rev-parse', 'main~40'));
    expect(commitsIn(root)).toBeLessThanOrEqual(100);
  });
});
