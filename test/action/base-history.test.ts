import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pullRequestEvent, runAction } from '../support/action-run.ts';
import { startJob } from '../support/actions-services.ts';
import { itInFull, sampled } from '../support/full.ts';
import { startGithubServer } from '../support/github-server.ts';
import { commitsIn, gitIn, type LongHistory, longHistory } from '../support/long-history.ts';
import { smallProject } from '../support/small-project.ts';

const repository = { full_name: 'octo/kernels', default_branch: 'main', fork: false };
let history: LongHistory;

/** `topic` and main left each other 40 commits of main ago; `merged` is the merge of both. */
beforeAll(() => {
  history = longHistory([
    { name: 'main', commits: 5000, from: null, files: smallProject(100) },
    { name: 'topic', commits: 3, from: { branch: 'main', back: 40 }, files: { 'README.md': 'words' } },
  ]);
  const { git } = history;
  const merge = git('commit-tree', '-p', 'main', '-p', 'topic', '-m', 'merge', 'topic^{tree}');
  git('update-ref', 'refs/heads/merged', merge);
});

afterAll(() => history.remove());

/** A run where a commit is checked out alone. */
async function runAt(revision: string, more: Partial<Parameters<typeof runAction>[0]>) {
  const job = await startJob();
  const github = await startGithubServer();
  history.checkOut(job.workspace, revision);
  const sha = history.git('rev-parse', revision);
  const event = { before: sha, repository };
  const ended = await runAction({
    job,
    github,
    eventName: 'push',
    event,
    sha,
    ref: 'refs/heads/main',
    ...more,
  });
  return { ...ended, job, commits: commitsIn(job.workspace) };
}

const at = (revision: string) => history.git('rev-parse', revision);
const pullRequestOf = (merge: string) => pullRequestEvent({ merge, base: at('main~9'), head: at('topic') });

describe('of 5,000 commits a clone of one fetches', () => {
  it('one more for a push, however much was pushed', async () => {
    const ended = await runAt('main', { event: { before: at('main~30'), repository } });
    expect(ended).toMatchObject({ status: 0, outputs: { identical: '1' }, commits: 2 });
    expect(ended.summary).toContain(at('main~30').slice(0, 12));
  });

  itInFull('one more for a group of the merge queue', async () => {
    const group = { merge_group: { head_sha: at('main'), base_sha: at('main~5') }, repository };
    const ended = await runAt('main', { eventName: 'merge_group', event: group });
    expect(ended).toMatchObject({ status: 0, outputs: { identical: '1' }, commits: 2 });
  });

  itInFull('both parents of a pull request’s merge commit', async () => {
    const merge = at('merged');
    const run = { eventName: 'pull_request', event: pullRequestOf(merge), ref: 'refs/pull/7/merge' };
    const ended = await runAt('merged', run);
    expect(ended).toMatchObject({ status: 0, outputs: { identical: '1' }, commits: 3 });
    expect(ended.summary).toContain(at('main').slice(0, 12));
  });

  it.each(
    sampled([
      ['pull_request', undefined],
      ['workflow_dispatch', undefined],
      ['push', 'main'],
    ]),
  )('a hundred at most to find where a branch left main: %s', async (eventName, base) => {
    const event = eventName === 'pull_request' ? pullRequestOf(at('merged')) : { repository };
    const inputs = base === undefined ? {} : { base };
    const ended = await runAt('topic', { eventName, event, inputs, ref: 'refs/heads/topic' });
    expect(ended).toMatchObject({ status: 0, outputs: { identical: '1' } });
    expect(ended.summary).toContain(at('main~40').slice(0, 12));
    expect(ended.commits).toBeLessThanOrEqual(100);
    expect(ended.log).toContain('fetching 15 more commits of history, to find where head left main');
  });

  it('nothing for a branch whose tip is here, and cuts off nothing of what is', async () => {
    const job = await startJob();
    const github = await startGithubServer();
    history.checkOut(job.workspace, 'merged', 50);
    const here = () => gitIn(job.workspace, ['rev-list', '--count', 'HEAD']);
    const before = here();
    const more = { eventName: 'push', event: { repository }, sha: at('merged'), ref: 'refs/heads/x' };
    const ended = await runAction({ job, github, ...more, inputs: { base: 'main' } });
    expect(ended).toMatchObject({ status: 0, outputs: { identical: '1' } });
    expect(here()).toBe(before);
  });
});
