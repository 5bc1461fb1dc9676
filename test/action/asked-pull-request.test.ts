import { describe, expect, it } from 'vitest';
import { pullRequestEvent } from '../support/action-run.ts';
import { isFull, itInFull, sampled } from '../support/full.ts';
import { gitIn } from '../support/long-history.ts';
import { pullRequest, type RunOptions } from '../support/pull-request.ts';

const untouched = { 'README.md': 'words' };
const repository = { full_name: 'octo/kernels', default_branch: 'main', fork: false };

/** Events that are about no pull request, as far as their commits go. */
const events = {
  workflow_dispatch: { inputs: { number: '7' }, repository },
  repository_dispatch: { action: 'guard', client_payload: { number: 7 }, repository },
  issue_comment: {
    action: 'created',
    issue: { number: 7, pull_request: {} },
    comment: { body: '/x' },
    repository,
  },
} as const;

/** Pull request 7 of a repository whose main went on; its head is checked out alone unless its merge commit is asked for. */
async function asked(
  options: {
    readonly head?: Readonly<Record<string, string>>;
    readonly isMerge?: boolean;
    readonly pull?: object;
  } = {},
) {
  const made = await pullRequest(options.head ?? untouched, { short: true });
  const { job, github, checkout } = made;
  made.makeShallow();
  gitIn(`${job.workspace}-origin`, ['update-ref', 'refs/heads/main', checkout.base]);
  if (options.isMerge !== true) {
    gitIn(job.workspace, ['fetch', '--quiet', '--depth=1', 'origin', checkout.head]);
    gitIn(job.workspace, ['checkout', '--quiet', '--force', '--detach', checkout.head]);
  }
  github.pulls.push({
    number: 7,
    headSha: checkout.head,
    headBranch: 'faster',
    headRepository: 'octo/kernels',
    ...(options.isMerge === true ? { mergeSha: checkout.merge } : {}),
    ...options.pull,
  });
  const run = (inputs: Readonly<Record<string, string>> = {}, more: RunOptions = {}) =>
    made.run({
      eventName: 'workflow_dispatch',
      event: events.workflow_dispatch,
      // The tip of the default branch, which is not what is measured.
      sha: checkout.base,
      ref: 'refs/heads/main',
      inputs: { 'pull-request': '7', ...inputs },
      ...more,
    });
  return { ...made, run };
}

describe('a pull request that is asked for', () => {
  it.each(sampled(Object.keys(events) as (keyof typeof events)[]))(
    'after %s is compared and commented on',
    async (eventName) => {
      const { github, checkout, run } = await asked();
      const ended = await run({}, { eventName, event: events[eventName] });
      expect(ended).toMatchObject({ status: 0, outputs: { verdict: 'passed', identical: '1' } });
      expect(ended.summary).toContain(checkout.base.slice(0, 12));
      expect(ended.log).toContain('base: where the checked-out commit left main');
      expect(github.comments(7).map(({ body }) => body)).toEqual([ended.outputs['comment-body']]);
    },
  );

  it('may be checked out as the merge commit that the server made', async () => {
    const { checkout, run } = await asked({ isMerge: true });
    const ended = await run();
    expect(ended).toMatchObject({ status: 0, outputs: { identical: '1' } });
    expect(ended.log).toContain('base: the first parent of the merge commit of pull request 7');
    expect(ended.summary).toContain(checkout.base.slice(0, 12));
  });

  itInFull('that breaks a kernel is red, and nothing of it is kept', async () => {
    const { job, github, run } = await asked({ head: { 'kernels/power.wgsl': 'broken' } });
    const ended = await run();
    expect(ended).toMatchObject({ status: 1, outputs: { verdict: 'failed', regressed: '1' } });
    expect(github.comments(7)[0]?.body).toContain('regressed');
    expect(job.services.cacheKeys).toEqual([]);
  });

  it.runIf(isFull)('may be named by its own event as well', async () => {
    const { checkout, run } = await asked({ isMerge: true });
    const event = pullRequestEvent(checkout);
    const own = { eventName: 'pull_request', event, sha: checkout.merge, ref: 'refs/pull/7/merge' };
    expect(await run({}, own)).toMatchObject({ status: 0, outputs: { identical: '1' } });
    const other = await run({ 'pull-request': '8' }, own);
    expect(other.status).toBe(2);
    expect(other.log).toContain('The input pull-request is 8, but the event pull_request says itself');
  });

  it.runIf(isFull)('is judged by the reports of jobs that measured it, and by no others', async () => {
    const { github, checkout, run } = await asked();
    expect(await run({ shard: '1/1' })).toMatchObject({ status: 0 });
    expect(github.comments(7)).toEqual([]);
    const report = await run({ mode: 'report' });
    expect(report).toMatchObject({ status: 0, outputs: { verdict: 'passed' } });
    expect(github.comments(7)).toHaveLength(1);
    github.pulls[0] = { ...github.pulls[0]!, headSha: 'e'.repeat(40) };
    const moved = await run({ mode: 'report' });
    expect(moved.status).toBe(2);
    expect(moved.log).toContain(
      `What is measured is ${checkout.head.slice(0, 12)}, and not pull request 7, whose head is eeeeeeeeeeee.`,
    );
  });
});

describe('what is checked out has to be it:', () => {
  it.each(
    sampled([
      [
        'the branch that it is to be merged into',
        async () => {
          const made = await asked();
          gitIn(made.job.workspace, ['fetch', '--quiet', '--depth=1', 'origin', made.checkout.base]);
          gitIn(made.job.workspace, ['checkout', '--quiet', '--force', '--detach', made.checkout.base]);
          return made;
        },
      ],
      ['a head that was pushed over', () => asked({ pull: { headSha: 'e'.repeat(40) } })],
      [
        'a merge commit that the server did not make',
        () => asked({ isMerge: true, pull: { mergeSha: 'e'.repeat(40) } }),
      ],
      [
        'a merge commit where the server has none',
        () => asked({ isMerge: true, pull: { mergeSha: undefined } }),
      ],
    ]),
  )('%s is refused', async (_, arrange) => {
    const { github, run } = await arrange();
    for (const inputs of [{}, { base: 'main' }, { base: '/nowhere' }]) {
      const ended = await run(inputs);
      expect(ended).toMatchObject({ status: 2, outputs: { verdict: 'error' } });
      expect(ended.log).toMatch(/What is measured is [0-9a-f]{12}, and not pull request 7, whose head is/);
      expect(ended.log).toContain('ref: refs/pull/7/head');
    }
    expect(github.comments(7)).toEqual([]);
  });
});

describe('a fork that is asked for is treated as one:', () => {
  const fork = { pull: { headRepository: 'mallory/kernels' } };

  it.runIf(isFull)('no check run vouches for it', async () => {
    const own = await asked();
    await own.run({ 'github-token': 'check-token' });
    expect(own.github.checkRuns).toHaveLength(1);
    const { github, run } = await asked(fork);
    const ended = await run({ 'github-token': 'check-token' });
    expect(ended).toMatchObject({ status: 0, outputs: { identical: '1' } });
    expect(github.checkRuns).toEqual([]);
    expect(github.comments(7)).toHaveLength(1);
  });

  it.each(sampled([['mallory/kernels'], [null]]))('its programs are not run: %s', async (headRepository) => {
    const { run } = await asked({ pull: { headRepository } });
    const ended = await run({ 'allow-commands': 'true' });
    expect(ended.status).toBe(2);
    expect(ended.log).toContain('Pull request 7 comes from a fork, whose programs are not run.');
  });
});

describe('is refused with the next step', () => {
  it.each(
    sampled<[string, object, Record<string, string>, string]>([
      ['one that is closed', { state: 'closed' }, {}, 'Pull request 7 is not open.'],
      [
        'one that is not there',
        {},
        { 'pull-request': '8' },
        'There is no pull request 8 that the token may read.',
      ],
      ['one of another repository', { baseRepository: 'mallory/kernels' }, {}, 'is not what it should be'],
      ['a base that is an option', { baseRef: '--upload-pack=x' }, {}, 'is not what it should be'],
      ['a head that is no commit', { headSha: 'main' }, {}, 'is not what it should be'],
      [
        'a number that is none',
        {},
        { 'pull-request': '7/../8' },
        'is not the number of a pull request, e.g. 7',
      ],
      ['no token', {}, { 'github-token': '' }, 'The input pull-request needs a github-token.'],
      ['retuning', {}, { mode: 'retune' }, 'pull-request: is of no use with mode retune'],
    ]),
  )('%s', async (_, pull, inputs, text) => {
    const { github, run } = await asked({ pull });
    const ended = await run(inputs);
    expect(ended.status).toBe(2);
    expect(ended.log).toContain(text);
    expect(github.comments(7)).toEqual([]);
  });

  it.each(
    sampled<[string, object]>([
      ['push', { before: 'b'.repeat(40), repository }],
      ['merge_group', { merge_group: { head_sha: 'a'.repeat(40), base_sha: 'b'.repeat(40) }, repository }],
    ]),
  )('beside the event %s', async (eventName, event) => {
    const { run } = await asked();
    const ended = await run({}, { eventName, event });
    expect(ended.status).toBe(2);
    expect(ended.log).toContain(`but the event ${eventName} says itself what is measured.`);
  });

  it.runIf(isFull)('a server that is down, which is no fault of the workflow', async () => {
    const { github, run } = await asked();
    github.failNext('GET', /pulls\/7$/, { status: 503 }, 9);
    const ended = await run();
    expect(ended.status).toBe(3);
    expect(ended.log).toMatch(/Pull request 7 could not be looked up: .*%0ARun the job again\./);
  });

  itInFull('issue_comment without it', async () => {
    const { run } = await asked();
    const ended = await run(
      { 'pull-request': '' },
      { eventName: 'issue_comment', event: events.issue_comment },
    );
    expect(ended.status).toBe(2);
    expect(ended.log).toContain('or `pull-request` the number of the one that is checked out.');
  });
});
