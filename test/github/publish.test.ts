import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  annotate,
  announce,
  createCommands,
  createRestClient,
  findPullRequest,
  type Runner,
  writeJobSummary,
} from '../../src/github/index.ts';
import { annotationsOf, type GuardKernel, renderMarkdown } from '../../src/report/index.ts';
import {
  guardKernel,
  guardReport,
  manyKernels,
  regressedKernel,
  retunedKernels,
  retuneReport,
  unmeasuredKernel,
} from '../report/samples.ts';
import { type GithubServer, startGithubServer } from '../support/github-server.ts';
import { commits, events, runnerOf } from './runners.ts';

/** What a piece of work prints, line by line. */
function printed(work: () => void): string[] {
  const lines: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  try {
    work();
  } finally {
    spy.mockRestore();
  }
  return lines.join('').split('\n').slice(0, -1);
}

const of = (verdict: GuardKernel['verdict'], changes: Partial<GuardKernel> = {}) =>
  unmeasuredKernel({ kernel: verdict, verdict, reason: `is ${verdict}`, ...changes });

describe('annotations', () => {
  it('stand at the kernel with what was measured', () => {
    expect(annotationsOf(guardReport([regressedKernel]))).toEqual([
      {
        level: 'error',
        title: 'softmax: regressed',
        message:
          'ROWS=1024,COLS=512: energy rose by 71.2 % against a margin of 10 % (p < 0.001 in 9 fresh blocks): energy (estimated) +71.2 % [+69.0, +73.4], latency +68.8 % [+66.5, +71.1]',
        file: 'kernels/softmax.wesl',
        line: 14,
      },
    ]);
  });

  it('have a level by what the verdict means for the run', () => {
    const kernels = [
      of('unchanged'),
      of('identical'),
      of('new'),
      of('removed'),
      of('improved'),
      of('inconclusive'),
      of('environment'),
      of('regressed', { fails: true }),
      of('missing-baseline', { fails: true }),
    ];
    const found = annotationsOf(guardReport(kernels)).map(({ level, title }) => `${level} ${title}`);
    expect(found).toEqual([
      'error regressed: regressed',
      'error missing-baseline: missing baseline',
      'warning environment: environment',
      'warning inconclusive: inconclusive',
      'notice improved: improved',
    ]);
  });

  it('follow the manifest: an error is what fails, a warning what it lets pass', () => {
    const kernels = [of('regressed'), of('inconclusive', { fails: true })];
    const found = annotationsOf(guardReport(kernels)).map(({ level, title }) => `${level} ${title}`);
    expect(found).toEqual(['error inconclusive: inconclusive', 'warning regressed: regressed']);
  });

  it('are ten of a level at most, the last of which counts the rest', () => {
    const regressed = Array.from({ length: 25 }, (_, i) => of('regressed', { kernel: `k${i}`, fails: true }));
    const improved = Array.from({ length: 10 }, (_, i) => of('improved', { kernel: `i${i}` }));
    const found = annotationsOf(guardReport([...regressed, ...improved]));
    expect(found).toHaveLength(20);
    expect(found[9]).toEqual({
      level: 'error',
      title: 'Joulegate: 16 more errors',
      message: '16 more errors not shown here: the job summary and the report have them.',
      file: null,
      line: null,
    });
    expect(found[19]?.title).toBe('i9: improved');
  });

  it('say it if a run judged nothing, unless there was nothing to judge', () => {
    const reason = 'nothing could be gated';
    const quiet = guardReport([of('identical')], { verdict: 'nothing-gated', reason });
    expect(annotationsOf(quiet)).toEqual([]);
    const report = guardReport([of('new')], { verdict: 'nothing-gated', reason });
    expect(annotationsOf(report)).toEqual([
      { level: 'warning', title: 'Joulegate: nothing gated', message: reason, file: null, line: null },
    ]);
  });

  it('tell of retuning what was replaced and what has no configuration', () => {
    const found = annotationsOf(retuneReport(retunedKernels)).map(({ level, title }) => `${level} ${title}`);
    expect(found).toEqual([
      'warning broken: no configuration works',
      'notice matmul: better configuration',
      'notice softmax: better configuration',
    ]);
  });

  it('are commands of the runner that no text can break out of', () => {
    const hostile = 'a\n::set-output name=x::y\r\n##[error]%0A\u001b[31m';
    const file = 'kernels/a,b:c\n.wesl';
    const kernel = of('regressed', {
      kernel: hostile,
      reason: hostile,
      workload: 'N=1',
      fails: true,
      file,
      line: 3,
    });
    const lines = printed(() => annotate(createCommands(), annotationsOf(guardReport([kernel])), 'sub/'));
    expect(lines).toEqual([
      '::error title=a %3A%3Aset-output name=x%3A%3Ay ##[error]%250A%3A regressed,file=sub/kernels/a%2Cb%3Ac .wesl,line=3::N=1: a ::set-output name=x::y ##[error]%250A',
    ]);
  });
});

describe('the job summary', () => {
  function summaryFile(): string {
    const folder = mkdtempSync(join(tmpdir(), 'joulegate-summary-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return join(folder, 'summary.md');
  }

  it('gets the report after what is there', () => {
    const summaryPath = summaryFile();
    writeFileSync(summaryPath, 'Before.\n');
    const report = guardReport(manyKernels());
    expect(writeJobSummary({ summaryPath }, report).status).toBe('written');
    expect(readFileSync(summaryPath, 'utf8')).toBe(
      `Before.\n${renderMarkdown(report, { maxLength: 349_525 })}`,
    );
  });

  it('of a huge report is cut: GitHub takes a mebibyte or nothing', () => {
    const summaryPath = summaryFile();
    const kernels = Array.from({ length: 500 }, (_, i) =>
      guardKernel({ kernel: `kernel-${i}`, workload: '漢'.repeat(150), verdict: 'inconclusive' }),
    );
    const report = guardReport(kernels, { warnings: Array.from({ length: 600 }, () => '字'.repeat(600)) });
    expect(Buffer.byteLength(renderMarkdown(report, { maxLength: 1e9 }))).toBeGreaterThan(1024 * 1024);
    writeJobSummary({ summaryPath }, report);
    const bytes = readFileSync(summaryPath).length;
    expect(bytes).toBeLessThanOrEqual(1024 * 1024);
    expect(bytes).toBeGreaterThan(100_000);
  });

  it('that cannot be written is an outcome', () => {
    const outcome = writeJobSummary({ summaryPath: '/does/not/exist' }, guardReport([]));
    expect(outcome.status).toBe('failed');
    expect(outcome.message).toMatch(/^The job summary could not be written: ENOENT/);
    expect(writeJobSummary({ summaryPath: null }, guardReport([])).status).toBe('unavailable');
  });
});

describe('the log', () => {
  it('gets failures as warnings and everything else as lines', () => {
    const commands = createCommands();
    const lines = printed(() => {
      announce(commands, { status: 'failed', message: 'It was not uploaded.' });
      announce(commands, { status: 'not-permitted', message: 'The token may not.' });
      announce(commands, { status: 'created', message: 'Commented.' });
    });
    expect(lines).toEqual(['::warning::It was not uploaded.', '::warning::The token may not.', 'Commented.']);
  });

  it('takes no foreign text for a command', () => {
    const commands = createCommands();
    expect(printed(() => commands.info('  ::add-path::/tmp\n::x::'))).toEqual([
      '\u200b::add-path::/tmp ::x::',
    ]);
    expect(printed(() => commands.info('a ##[add-path]/tmp'))).toEqual(['a ##\u200b[add-path]/tmp']);
    const [stop, first, second, resume] = printed(() => commands.print('::add-path::/tmp\nplain'));
    expect([first, second]).toEqual(['::add-path::/tmp', 'plain']);
    const token = /^::stop-commands::([0-9a-f-]{36})$/.exec(stop ?? '')?.[1];
    expect(resume).toBe(`::${token}::`);
  });
});

describe('the pull request of a run', () => {
  const forkRun = { headSha: commits.head, headBranch: 'faster', headRepository: 'mallory/kernels' };

  async function find(runner: Runner) {
    const waiting = { sleep: async () => {}, nowMs: () => 0 };
    return findPullRequest(runner, await createRestClient({ runner, token: 'app-token', waiting }));
  }
  const runnerAt = (server: GithubServer, name: string, event: unknown) =>
    runnerOf(name, event, { GITHUB_API_URL: server.url });

  it('is named by its own event, without asking', async () => {
    const server = await startGithubServer();
    expect(await find(runnerAt(server, 'pull_request', events.opened))).toEqual({ number: 7 });
    expect(server.requests).toEqual([]);
  });

  it('is looked up for a run from a fork: same owner, branch, repository and commit', async () => {
    const server = await startGithubServer();
    server.pulls.push(
      { ...forkRun, number: 11, headSha: commits.before },
      { ...forkRun, number: 12, headRepository: 'mallory/other' },
      { ...forkRun, number: 13, headRepository: 'octo/kernels' },
      { ...forkRun, number: 14, headRepository: null },
      { ...forkRun, number: 15 },
    );
    const runner = runnerAt(server, 'workflow_run', events.workflowRun);
    expect(await find(runner)).toEqual({ number: 15 });
    expect(server.requests).toEqual([
      'GET /repos/octo/kernels/pulls?state=open&head=mallory%3Afaster&per_page=100',
    ]);
  });

  it('is none if its head has moved on, if two fit, or if the fork is gone', async () => {
    const server = await startGithubServer();
    const runner = runnerAt(server, 'workflow_run', events.workflowRun);
    server.pulls.push({ ...forkRun, number: 11, headSha: commits.before });
    expect(await find(runner)).toEqual({
      number: null,
      message: 'No open pull request is at the commit of the run; a newer commit has a run of its own.',
    });
    server.pulls.push({ ...forkRun, number: 12 }, { ...forkRun, number: 13 });
    expect(await find(runner)).toEqual({
      number: null,
      message: 'Several open pull requests are at the commit of the run.',
    });
    const gone = { ...events.workflowRun.workflow_run, head_repository: null };
    expect(
      await find(runnerAt(server, 'workflow_run', { ...events.workflowRun, workflow_run: gone })),
    ).toEqual({
      number: null,
      message: 'The branch that the run was for is gone.',
    });
  });

  it('is none for other events, and unknown if the server cannot be asked', async () => {
    const server = await startGithubServer();
    expect(await find(runnerAt(server, 'push', events.push))).toEqual({
      number: null,
      message: 'The event push has no pull request.',
    });
    server.failNext('GET', /\/pulls$/, { status: 403 });
    expect(await find(runnerAt(server, 'workflow_run', events.workflowRun))).toEqual({
      number: null,
      message: 'The pull request could not be looked up: as planned - https://docs.github.com/rest.',
    });
  });
});
