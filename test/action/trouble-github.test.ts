import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isFull, itInFull, sampled } from '../support/full.ts';
import type { Fault } from '../support/github-server.ts';
import { halfWritten, spills } from '../support/left-behind.ts';
import { pullRequest } from '../support/pull-request.ts';

const untouched = { 'README.md': 'words' };
const broken = { 'kernels/power.wgsl': 'broken' };

const newComment = 'POST /repos/octo/kernels/issues/7/comments';
const secret = 'ghs_0123456789abcdefghijklmnopqrstuvwxyz';

/** Reset of a rate limit, in seconds since 1970. */
function inAnHour(): string {
  return String(Math.ceil(Date.now() / 1000) + 3600);
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-trouble-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** `PATH` with a git that appends its arguments to a file: no git is too short-lived to be seen that way. */
function pathWithTellingGit(file: string): string {
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const script = `#!/bin/sh\necho " $* " >> '${file}'\nexec '${real}' "$@"\n`;
  writeFileSync(join(dirname(file), 'git'), script, { mode: 0o755 });
  return `${dirname(file)}:${process.env.PATH}`;
}

describe('a comment', () => {
  it.each(
    sampled<[string, Fault]>([
      ['a rate limit that passes', { status: 429, headers: { 'retry-after': '1' } }],
      [
        'a secondary rate limit that passes',
        {
          status: 403,
          headers: { 'retry-after': '1' },
          body: { message: 'You have exceeded a secondary rate limit' },
        },
      ],
      ['an error of the server', { status: 502 }],
      ['a connection cut before anything was done', 'cut'],
      ['a connection cut after it was made', 'cut-after'],
      ['a connection cut in the middle of the answer', 'cut-within'],
    ]),
  )('is made once in spite of %s', async (_, fault) => {
    const { github, run, folders } = await pullRequest(untouched);
    github.failNext('POST', /issues\/7\/comments$/, fault);
    const ended = await run();
    expect(ended).toMatchObject({ status: 0, outputs: { verdict: 'passed' } });
    expect(ended.log).not.toMatch(/^::(?:warning|error)/m);
    expect(github.comments(7).map(({ body }) => body)).toEqual([ended.outputs['comment-body']]);
    expect(halfWritten(...folders)).toEqual([]);
  });

  it('is not waited for where the quota is spent for an hour: a warning says so, the verdict stands', async () => {
    const { github, run } = await pullRequest(untouched);
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inAnHour() };
    const body = { message: 'API rate limit exceeded for installation ID 1.' };
    github.failNext('POST', /issues\/7\/comments$/, { status: 403, headers, body }, 20);
    const ended = await run();
    expect(ended).toMatchObject({ status: 0, outputs: { verdict: 'passed' } });
    expect(ended.log).toMatch(
      /^::warning::The comment could not be made: GitHub is busy \(API rate limit exceeded/m,
    );
    expect(github.count(newComment)).toBe(1);
    expect(ended.summary).toContain('identical');
  });

  it.runIf(isFull)(
    'is given up at once when the run is cancelled while it waits: the verdict stands',
    async () => {
      const { github, run, folders } = await pullRequest(untouched);
      github.failNext('POST', /issues\/7\/comments$/, { status: 429, headers: { 'retry-after': '55' } }, 20);
      let atMs = 0;
      const ended = await run({
        meanwhile({ pid }) {
          if (atMs > 0 || github.count(newComment) === 0) return;
          atMs = Date.now();
          process.kill(pid, 'SIGTERM');
        },
      });
      // It would have waited fifty-five seconds.
      expect(Date.now() - atMs).toBeLessThan(30_000);
      expect(ended).toMatchObject({ status: 0, outputs: { verdict: 'passed' } });
      expect(ended.log).toMatch(/^::warning::The comment could not be made: GitHub is busy/m);
      expect(halfWritten(...folders)).toEqual([]);
    },
  );
});

describe('without a token', () => {
  it('nothing is asked of GitHub, and the log says why there is no comment', async () => {
    const { github, run } = await pullRequest(untouched);
    const ended = await run({ inputs: { 'github-token': '' } });
    expect(ended).toMatchObject({ status: 0, outputs: { verdict: 'passed' } });
    expect(ended.log).toContain('No comment: there is no github-token.');
    expect(ended.log).not.toMatch(/^::(?:warning|error)/m);
    expect(ended.summary).toContain('identical');
    expect(github.requests).toEqual([]);
  });
});

describe('the token', () => {
  it('is in no line of the log, argument of a process or file, not even where GitHub or git repeat it', async () => {
    const { job, github, run, makeShallow, folders } = await pullRequest(untouched);
    github.accounts.set(secret, { login: 'github-actions[bot]', mayWrite: true, hasViewer: true });
    github.failNext('POST', /issues\/7\/comments$/, {
      status: 422,
      body: { message: `Validation failed for ${secret}` },
    });
    makeShallow();
    const told = join(temporaryFolder(), 'git-arguments');
    const ended = await run({
      inputs: { 'github-token': secret },
      environment: { RUNNER_DEBUG: '1', PATH: pathWithTellingGit(told) },
      watch: true,
    });
    expect(ended.status).toBe(0);
    // It was used: masked, for git, and for a request that was answered with it.
    expect(ended.log).toContain(`::add-mask::${secret}`);
    expect(readFileSync(told, 'utf8')).toMatch(/ fetch /);
    expect(ended.log).toContain('Validation failed for ***');
    for (const one of [secret, job.environment.ACTIONS_RUNTIME_TOKEN ?? '']) {
      expect(spills(one, ended, dirname(told), ...folders)).toEqual([]);
    }
  });

  itInFull('is not repeated where the base cannot be fetched with it: there is no verdict then', async () => {
    const { job, run, makeShallow, folders } = await pullRequest(untouched);
    makeShallow();
    const remote = ['remote', 'set-url', 'origin', 'https://127.0.0.1:1/octo/kernels'];
    execFileSync('git', remote, { cwd: job.workspace });
    const inputs = { 'github-token': secret };
    const environment = { GITHUB_SERVER_URL: 'https://127.0.0.1:1' };
    const ended = await run({ inputs, environment, watch: true });
    expect(ended).toMatchObject({ status: 2, outputs: { verdict: 'error' } });
    expect(ended.log).toMatch(/^::error title=Joulegate::origin could not be reached for [0-9a-f]{40}/m);
    expect(ended.summary).toContain('no verdict');
    expect(spills(secret, ended, ...folders)).toEqual([]);
  });
});

describe('a pull request that breaks a kernel', () => {
  it.runIf(isFull)(
    'stays red while all of GitHub answers with errors, each thing tried four times at most',
    async () => {
      const { job, github, run, folders } = await pullRequest(broken);
      for (const method of ['GET', 'POST', 'PATCH']) github.failNext(method, /./, { status: 503 }, 50);
      const ended = await run();
      expect(ended).toMatchObject({ status: 1, outputs: { verdict: 'failed', regressed: '1' } });
      expect(ended.log).toMatch(/^::error title=power%3A regressed,file=kernels\/power\.wgsl/m);
      expect(ended.log).toMatch(/^::warning::The comment could not be made: GitHub could not be reached/m);
      expect(github.requests.length).toBeLessThanOrEqual(8);
      expect(ended.summary).toContain('regressed');
      expect(job.services.artifacts).toHaveLength(1);
      expect(halfWritten(...folders)).toEqual([]);
    },
  );

  itInFull(
    'is red for a fork too, whose token may read only: no comment, no check run, no second try',
    async () => {
      const { github, run, folders } = await pullRequest(broken, { repository: 'mallory/kernels' });
      github.accounts.set(secret, { login: 'github-actions[bot]', mayWrite: false, hasViewer: true });
      const ended = await run({ inputs: { 'github-token': secret }, watch: true });
      expect(ended).toMatchObject({ status: 1, outputs: { verdict: 'failed', regressed: '1' } });
      expect(ended.log).toMatch(
        /^::warning::The token may not comment on the pull request .*forks cannot have it/m,
      );
      expect(github.count(newComment)).toBe(1);
      expect(github.count('POST /repos/octo/kernels/check-runs')).toBe(0);
      expect(github.comments(7)).toEqual([]);
      expect(spills(secret, ended, ...folders)).toEqual([]);
    },
  );
});
