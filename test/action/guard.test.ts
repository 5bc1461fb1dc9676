import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { unpackState } from '../../src/store/index.ts';
import { pullRequestEvent } from '../support/action-run.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { writeFiles } from '../support/command-line.ts';
import { isFull, itInFull } from '../support/full.ts';
import { pullRequest } from '../support/pull-request.ts';
import { powerKernel, smallManifest } from '../support/small-project.ts';

describe('a pull request that touches no kernel', () => {
  it('is green with the reason, in outputs, summary, comment and artifact', async () => {
    const { job, github, run } = await pullRequest({ 'README.md': 'words' });
    const ended = await run();
    expect(ended.log).not.toContain('::error');
    expect(ended.status).toBe(0);
    expect(ended.outputs).toMatchObject({ verdict: 'passed', gated: '0', identical: '1', regressed: '0' });
    expect(ended.summary).toContain('identical');
    expect(job.services.artifacts.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^joulegate-report-[0-9a-f]{8}-no-device-attempt-1$/),
    ]);
    const comments = github.comments(7);
    expect(comments).toHaveLength(1);
    expect(comments[0]?.login).toBe('github-actions[bot]');
    expect(comments[0]?.body).toBe(ended.outputs['comment-body']);
  });

  itInFull('has one comment however often it runs', async () => {
    const { github, run } = await pullRequest({ 'README.md': 'words' });
    github.addComment(7, 'mona', 'looks fine');
    await run({ attempt: 1 });
    const [, first] = github.comments(7);
    await run({ attempt: 2 });
    const comments = github.comments(7);
    expect(comments).toHaveLength(2);
    expect(comments[1]?.id).toBe(first?.id);
    expect(comments[1]?.body).not.toBe(first?.body);
  });

  it.runIf(isFull)(
    'has one comment also on a server without GraphQL, whose bot is called otherwise',
    async () => {
      const { github, run } = await pullRequest({ 'README.md': 'words' });
      github.accounts.set('gitea-token', { login: 'gitea-actions', mayWrite: true, hasViewer: false });
      github.failNext('POST', /graphql/, { status: 404 }, 20);
      const environment = { GITHUB_SERVER_URL: 'https://gitea.example.com' };
      for (const attempt of [1, 2, 3]) {
        const ended = await run({ attempt, environment, inputs: { 'github-token': 'gitea-token' } });
        expect(ended.status).toBe(0);
        expect(github.comments(7)).toEqual([
          { id: 1001, login: 'gitea-actions', body: ended.outputs['comment-body'] },
        ]);
      }
    },
  );

  itInFull('keeps what its comment says when it is closed', async () => {
    const { github, checkout, run } = await pullRequest({ 'README.md': 'words' });
    await run();
    const before = github.comments(7);
    // What was merged is its own base.
    const ended = await run({
      attempt: 2,
      inputs: { base: checkout.merge },
      event: { ...pullRequestEvent(checkout), action: 'closed' },
    });
    expect(ended.outputs.verdict).toBe('nothing-gated');
    expect(ended.log).toContain('No comment: the pull request is closed');
    expect(github.comments(7)).toEqual(before);
  });

  it('makes no first comment with `comment: on-change`, and none with `never`', async () => {
    for (const comment of ['on-change', 'never']) {
      const { github, run } = await pullRequest({ 'README.md': 'words' });
      expect((await run({ inputs: { comment } })).status).toBe(0);
      expect(github.comments(7)).toEqual([]);
    }
  });

  itInFull('passes from a fork, whose token may not comment, and says so', async () => {
    const { github, run } = await pullRequest({ 'README.md': 'words' }, { repository: 'mallory/kernels' });
    const ended = await run({ inputs: { 'github-token': 'read-token' } });
    expect(ended.status).toBe(0);
    expect(ended.log).toMatch(/^::warning.*comment/im);
    expect(ended.log.replace(/^::add-mask::.*$/gm, '')).not.toContain('read-token');
    expect(github.comments(7)).toEqual([]);
    expect(ended.summary).toContain('identical');
  });

  itInFull('of a kernel is red from a fork on a machine without a GPU, and says what to do', async () => {
    const { run } = await pullRequest(
      { 'kernels/power.wgsl': powerKernel(101) },
      { repository: 'mallory/kernels' },
    );
    const ended = await run({ inputs: { 'github-token': 'read-token', device: 'gpu' } });
    expect(ended.status).toBe(3);
    expect(ended.outputs.verdict).toBe('error');
    expect(ended.summary).toContain('Pull request 7 comes from a fork');
    expect(ended.log).toMatch(/^::error.*push its commits to a branch of this repository/m);
  });

  it('passes while GitHub’s API is down, after a bounded number of attempts', async () => {
    const { github, run } = await pullRequest({ 'README.md': 'words' });
    for (let i = 0; i < 20; i++)
      github.failNext('POST', /comments/, { status: 422, body: { message: 'no' } });
    const ended = await run();
    expect(ended.status).toBe(0);
    expect(ended.log).toContain('::warning');
    expect(github.comments(7)).toEqual([]);
  });

  itInFull('passes where the artifact service is broken, and the comment says what is missing', async () => {
    const { job, github, run } = await pullRequest({ 'README.md': 'words' });
    job.services.fail('CreateArtifact', { status: 403, message: 'forbidden' });
    const ended = await run();
    expect(ended.status).toBe(0);
    expect(ended.log).toContain('::warning');
    expect(github.comments(7)[0]?.body).toContain('could not be uploaded');
  });
});

describe('a pull request that loosens its own gate', () => {
  itInFull('is told so in the comment, the summary and an annotation, whatever else it touches', async () => {
    const looser = smallManifest.replace('latency: { margin: 20% }', 'latency: { margin: 90% }');
    const { github, run } = await pullRequest({ 'joulegate.yaml': looser });
    const ended = await run({ inputs: { comment: 'on-change' } });
    expect(ended.status).toBe(0);
    const told = 'gate.latency.margin of power from 20 % to 90 %';
    expect(ended.summary).toContain(told);
    expect(ended.log).toMatch(/^::warning title=Joulegate%3A this change loosens its own gate::.*from 20 %/m);
    expect(github.comments(7)[0]?.body).toContain('> [!WARNING]');
    expect(github.comments(7)[0]?.body).toContain(told);
    expect(github.comments(7)[0]?.body).toContain("It was judged by base's gate");
  });
});

describe('the base of a run', () => {
  it('is fetched where the clone is one commit deep', async () => {
    const { github, checkout, run, makeShallow } = await pullRequest({ 'README.md': 'words' });
    makeShallow();
    const ended = await run();
    expect(ended.log).toContain(`fetching ${checkout.merge}`);
    expect(ended.outputs).toMatchObject({ verdict: 'passed', identical: '1' });
    expect(github.comments(7)[0]?.body).toContain(checkout.base.slice(0, 12));
  });

  itInFull('is the commit a merge group is built on', async () => {
    const { checkout, run } = await pullRequest({ 'README.md': 'words' });
    const ended = await run({
      eventName: 'merge_group',
      ref: 'refs/heads/gh-readonly-queue/main/pr-7-x',
      event: {
        action: 'checks_requested',
        merge_group: {
          head_sha: checkout.merge,
          head_ref: 'refs/heads/gh-readonly-queue/main/pr-7-x',
          base_sha: checkout.base,
          base_ref: 'refs/heads/main',
        },
        repository: { full_name: 'octo/kernels', default_branch: 'main', fork: false },
      },
    });
    expect(ended).toMatchObject({ status: 0, outputs: { identical: '1' } });
  });

  itInFull('is none for the first commit of a repository: every kernel is new', async () => {
    const { job, github, run } = await pullRequest({});
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        cwd: job.workspace,
        encoding: 'utf8',
        stdio: 'pipe',
      }).trim();
    rmSync(join(job.workspace, '.git'), { recursive: true });
    git('init', '--quiet', '--initial-branch=main');
    git('remote', 'add', 'origin', job.workspace);
    git('add', '--all');
    git('commit', '--quiet', '--message=first');
    const after = git('rev-parse', 'HEAD');
    const before = '0'.repeat(40);
    const ended = await run({
      eventName: 'push',
      ref: 'refs/heads/main',
      sha: after,
      event: {
        ref: 'refs/heads/main',
        before,
        after,
        forced: false,
        repository: { full_name: 'octo/kernels', default_branch: 'main', fork: false },
      },
      inputs: { shard: '2/2' },
    });
    expect(ended.status).toBe(0);
    expect(ended.log).toContain('every kernel is new');
    expect(ended.log).toContain('Shard 2/2 has no kernel');
    expect(github.comments(7)).toEqual([]);
  });

  it('is said to be missing where nothing is checked out', async () => {
    const { job, run } = await pullRequest({ 'README.md': 'words' });
    rmSync(join(job.workspace, '.git'), { recursive: true });
    const ended = await run();
    expect(ended.status).toBe(2);
    expect(ended.log).toContain('actions/checkout');
  });
});

describe('a run without a verdict', () => {
  it.runIf(isFull)('replaces an earlier green comment, and says so in summary and outputs', async () => {
    const { job, github, run } = await pullRequest({ 'README.md': 'words' });
    await run();
    expect(github.comments(7)[0]?.body).toContain('passed');
    await writeFiles(job.workspace, { 'joulegate.yaml': 'version: [\n' });
    const ended = await run({ attempt: 2 });
    expect(ended.status).toBe(2);
    expect(ended.outputs).toEqual({ verdict: 'error' });
    expect(ended.summary).toContain('no verdict');
    const comments = github.comments(7);
    expect(comments).toHaveLength(1);
    expect(comments[0]?.body).toContain('no verdict');
    expect(comments[0]?.body).toContain('flow sequence');
  });

  itInFull('has `error` for one also if the runner or its event cannot be read', async () => {
    const { job, run } = await pullRequest({});
    for (const environment of [{ GITHUB_RUN_ID: 'none' }, { GITHUB_EVENT_PATH: join(job.workspace, 'no') }]) {
      const ended = await run({ environment });
      expect(ended).toMatchObject({ status: 2, outputs: { verdict: 'error' } });
    }
  });

  itInFull('comes of comparing a commit with itself', async () => {
    const { checkout, run } = await pullRequest({ 'README.md': 'words' });
    const ended = await run({ inputs: { base: checkout.merge } });
    expect(ended.outputs).toMatchObject({ verdict: 'nothing-gated' });
    expect(ended.summary).toContain('the same commit');
  });

  it('keeps its verdict where the outputs cannot be written', async () => {
    const { github, run } = await pullRequest({ 'README.md': 'words' });
    const ended = await run({ environment: { GITHUB_OUTPUT: '/dev/full' } });
    expect(ended.status).toBe(0);
    expect(ended.log).toContain('::warning');
    expect(github.comments(7)).toHaveLength(1);
  });
});

describe('inputs', () => {
  it('are refused all at once, with the valid values', async () => {
    const { run } = await pullRequest({});
    const ended = await run({ inputs: { mode: 'gaurd', comment: 'loudly', 'max-minutes': 'ten' } });
    expect(ended.status).toBe(2);
    expect(ended.outputs).toEqual({ verdict: 'error' });
    for (const text of ['guard, retune, report or diff', 'auto, on-change or never', 'a number of minutes']) {
      expect(ended.log).toContain(text);
    }
  });
});

describeOnAdapter('a pull request that makes a kernel cost more, on a device', () => {
  it.runIf(isFull)('is red, at the kernel’s line, in every place, by the job’s own status', async () => {
    // One configuration of a small workload: no advice, and no more work than a verdict takes.
    const manifest = smallManifest
      .replace('[32, 64, 128, 256]', '[64]')
      .replace('[1, 2, 4]', '[1]')
      .replace('COUNT: 65536', 'COUNT: 8192');
    const { job, github, run } = await pullRequest({ 'kernels/power.wgsl': powerKernel(500) }, { manifest });
    const ended = await run({ adapter: 'real' });
    expect(ended.status).toBe(1);
    expect(ended.outputs).toMatchObject({ verdict: 'failed', regressed: '1', gated: '1' });
    const line =
      powerKernel(500)
        .split('\n')
        .findIndex((text) => text.startsWith('fn main')) + 1;
    expect(ended.log).toMatch(
      new RegExp(`^::error title=[^:]*,file=kernels/power\\.wgsl,line=${line}::`, 'm'),
    );
    expect(job.services.artifacts[0]?.name).toMatch(/^joulegate-report-[a-z0-9.-]+-attempt-1$/);
    const body = github.comments(7)[0]?.body ?? '';
    expect(body).toContain('regressed');
    expect(body).toContain('estimated');
  });
});

describe('a pull request that makes a kernel cost more', () => {
  itInFull(
    'stays red when it is run again, is never the base of a later run by itself, and passes once its label accepts it; both are judged on all blocks',
    async () => {
      const { job, github, run } = await pullRequest(
        { 'kernels/power.wgsl': powerKernel(300) },
        { labelled: true },
      );
      const inputs = { cache: join(`${job.workspace}-kept`, 'state'), 'max-minutes': '1' };
      onTestFinished(() => rmSync(`${job.workspace}-kept`, { recursive: true, force: true }));
      github.labels.set(7, ['kernels']);
      const first = await run({ inputs });
      expect(first.status).toBe(1);
      expect(first.outputs).toMatchObject({ verdict: 'failed', regressed: '1' });
      // What it measured is kept as an attempt at this comparison, and as nothing that a later base is judged by.
      const states = readdirSync(inputs.cache, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => unpackState(readFileSync(join(parentPath, name)), name));
      expect(states.flatMap(({ attempts }) => attempts)).toHaveLength(1);
      for (const { model, tuned, history, anchors, noise } of states) {
        expect({ model, tuned, history, anchors, noise }).toEqual({
          model: null,
          tuned: null,
          history: [],
          anchors: [],
          noise: [],
        });
      }
      expect(existsSync(join(job.workspace, 'tuned.json'))).toBe(false);
      github.labels.set(7, ['kernels', 'Slower-Is-Fine']);
      const second = await run({ inputs, attempt: 2 });
      expect(second.outputs).toMatchObject({ verdict: 'passed', regressed: '1' });
      expect(second.status).toBe(0);
      const body = github.comments(7)[0]?.body ?? '';
      expect(body).toContain('regressed, accepted');
      expect(body).toContain('accepted by the label slower-is-fine');
      expect(body).toContain('attempt 2 at this comparison');
    },
  );

  itInFull('is not accepted if it does not run, whatever its labels', async () => {
    const { github, run } = await pullRequest({ 'kernels/power.wgsl': 'broken' }, { labelled: true });
    github.labels.set(7, ['slower-is-fine']);
    const ended = await run();
    expect(ended.status).toBe(1);
    expect(ended.outputs).toMatchObject({ verdict: 'failed', regressed: '1' });
  });

  it('is not accepted by a label that only its own manifest names', async () => {
    const named = smallManifest.replace('gate:\n', 'gate:\n  accept-label: slower-is-fine\n');
    const { github, run } = await pullRequest({ 'joulegate.yaml': named, 'kernels/power.wgsl': 'broken' });
    github.labels.set(7, ['slower-is-fine']);
    const ended = await run();
    expect(ended.status).toBe(1);
    expect(github.count('GET /repos/octo/kernels/issues/7/labels')).toBe(0);
    expect(github.comments(7)[0]?.body).toContain('gate.accept-label');
  });

  it.runIf(isFull)('stays red in the comment of a matrix whose other leg passes after it', async () => {
    const { github, run } = await pullRequest({ 'kernels/power.wgsl': 'broken' });
    const lost = await run({ inputs: { 'device-label': 'b200', base: 'nowhere' } });
    const red = await run({ inputs: { 'device-label': 'a100' } });
    const green = await run({ inputs: { 'device-label': 'h100', 'fail-on': 'none' } });
    expect([lost, red, green].map(({ status }) => status)).toEqual([2, 1, 0]);
    expect(github.comments(7)).toHaveLength(1);
    const body = github.comments(7)[0]?.body ?? '';
    expect(body.match(/^##.*$/gm)).toEqual([
      '## ❌ Joulegate: failed · power regressed on a100',
      '### ❌ a100: failed',
      '### ⚠️ b200: no verdict',
      '### ⚠️ h100: nothing gated',
    ]);
  });

  it.runIf(isFull)('is green where `fail-on` is none', async () => {
    const { run } = await pullRequest({ 'joulegate.yaml': smallManifest, 'kernels/power.wgsl': 'broken' });
    const ended = await run({ inputs: { 'fail-on': 'none' } });
    expect(ended.outputs).toMatchObject({ regressed: '1' });
    expect(ended.status).toBe(0);
  });
});
