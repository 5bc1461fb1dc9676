import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runnerFolderOf } from '../support/action-run.ts';
import { isFull, itInFull, sampled } from '../support/full.ts';
import { halfWritten } from '../support/left-behind.ts';
import { pullRequest } from '../support/pull-request.ts';
import { powerKernel } from '../support/small-project.ts';

const untouched = { 'README.md': 'words' };
const broken = { 'kernels/power.wgsl': 'broken' };
const touched = { 'kernels/power.wgsl': `// In other words.\n${powerKernel(100)}` };

/**
 * Fills the disk once the log has a text: from then on the action can make files, and write `bytes` to each. What it
 * started before is as it was.
 */
function fullFrom(text: string, bytes = 0) {
  let done = false;
  return ({ pid, log }: { readonly pid: number; readonly log: string }) => {
    if (done || !log.includes(text)) return;
    done = true;
    execFileSync('prlimit', [`--pid=${pid}`, `--fsize=${bytes}`]);
  };
}

const nothingFits = ['prlimit', '--fsize=0'];

describe.runIf(process.platform === 'linux')('a disk that is full', () => {
  it('costs the files, each with a warning, and neither the verdict nor the comment', async () => {
    const { job, github, run, folders } = await pullRequest(untouched);
    const ended = await run({ by: nothingFits });
    expect(ended.status).toBe(0);
    for (const what of [
      'The report is incomplete',
      'The job summary could not',
      '.*the outputs could not be set',
    ]) {
      expect(ended.log).toMatch(new RegExp(`^::warning.*::${what}`, 'm'));
    }
    expect(ended.log).not.toMatch(/^::error/m);
    const [comment] = github.comments(7);
    expect(comment?.body).toContain('Joulegate: passed');
    expect(comment?.body).toContain('could not be uploaded');
    expect(job.services.artifacts).toEqual([]);
    expect(readdirSync(join(runnerFolderOf(job), 'temp', 'joulegate', 'report'))).toEqual([]);
    expect(halfWritten(...folders)).toEqual([]);
  });

  itInFull('keeps of a report what had room, whole', async () => {
    const { job, run, folders } = await pullRequest(untouched);
    const ended = await run({ by: ['prlimit', '--fsize=4000'] });
    expect(ended).toMatchObject({ status: 0, outputs: { verdict: 'passed' } });
    expect(ended.log).toMatch(/^::warning.*::The report is incomplete: cannot write .*report\.html/m);
    const report = ended.outputs.report ?? '';
    expect(readdirSync(join(report, '..')).sort()).toEqual(['report.json', 'report.md']);
    expect(job.services.artifacts).toHaveLength(1);
    expect(halfWritten(...folders)).toEqual([]);
  });

  it.each(sampled(['GITHUB_STEP_SUMMARY', 'GITHUB_OUTPUT']))('may be that of %s alone', async (name) => {
    const { github, run } = await pullRequest(untouched);
    const ended = await run({ environment: { [name]: '/dev/full' } });
    expect(ended.status).toBe(0);
    expect(ended.log.match(/^::warning/gm)).toHaveLength(1);
    expect(github.comments(7)[0]?.body).toContain('Joulegate: passed');
  });
});

describe('a file of the runner that is not there', () => {
  it.each(sampled(['GITHUB_STEP_SUMMARY', 'GITHUB_OUTPUT']))('costs no verdict: %s', async (name) => {
    const { job, github, run } = await pullRequest(untouched);
    const away = join(job.workspace, 'nowhere', 'file');
    const ended = await run({ environment: { [name]: away } });
    expect(ended.status).toBe(0);
    expect(ended.log.match(/^::warning/gm)).toHaveLength(1);
    expect(github.comments(7)[0]?.body).toContain('Joulegate: passed');
    expect(existsSync(away)).toBe(false);
  });

  itInFull('ends the run before anything is measured if it is the temporary folder', async () => {
    const { job, github, run } = await pullRequest(touched);
    const file = join(job.workspace, 'file');
    writeFileSync(file, '');
    const ended = await run({ environment: { RUNNER_TEMP: file } });
    expect(ended).toMatchObject({ status: 2, outputs: { verdict: 'error' } });
    expect(ended.log).toMatch(/^::error title=Joulegate::The folder .* cannot be made/m);
    expect(ended.log).not.toContain('device:');
    expect(github.comments(7)[0]?.body).toContain('Joulegate: no verdict');
  });
});

describe('a disk that gets full while a guard runs', () => {
  it.each(
    sampled([
      ['red', broken, 1, 'Joulegate: failed'],
      ['green', touched, 0, 'Joulegate: passed'],
    ] as const),
  )('leaves it %s', async (_, head, status, title) => {
    const { job, github, run, folders } = await pullRequest(head);
    const ended = await run({ meanwhile: fullFrom('device: ') });
    expect(ended.status).toBe(status);
    expect(ended.log).toMatch(/^::warning.*::The report is incomplete/m);
    expect(ended.log).toMatch(/^::warning::The state was not saved in the cache/m);
    expect(/^::error/m.test(ended.log)).toBe(status === 1);
    expect(github.comments(7)[0]?.body).toContain(title);
    expect(job.services.cacheKeys).toEqual([]);
    expect(halfWritten(...folders)).toEqual([]);
  });
});

const nightly = {
  eventName: 'schedule',
  event: { schedule: '0 3 * * *' },
  ref: 'refs/heads/main',
  inputs: { mode: 'retune' },
};

describe('a retune whose files cannot be written', () => {
  it.runIf(isFull)(
    'is an error, and shows all the same what it found; the next run goes on from its trials',
    async () => {
      const { job, run, folders } = await pullRequest(untouched, { short: true });
      const own = join(runnerFolderOf(job), 'temp', 'joulegate');
      const paths = [
        join(job.workspace, 'tuned.json'),
        join(own, 'model.json.gz'),
        join(own, 'report', 'report.json'),
      ];
      let done = false;
      const ended = await run({
        ...nightly,
        meanwhile({ log }) {
          if (done || !log.includes('[1/1] power')) return;
          done = true;
          // No file can be put in the place of a folder that holds something, whoever asks.
          for (const path of paths) mkdirSync(join(path, 'full'), { recursive: true });
        },
      });
      expect(ended.status).toBe(2);
      expect(ended.log).toMatch(
        /^::error title=Joulegate::Not everything could be .*cannot write .*tuned\.json/m,
      );
      expect(ended.log).toMatch(/^::warning.*::The report is incomplete: cannot write/m);
      expect(ended.log).toMatch(/^::warning::.*: what this run learnt is not kept/m);
      expect(ended.log).not.toContain('Internal error');
      expect(ended.summary).toContain('power');
      expect(job.services.cacheKeys).toEqual([]);
      for (const path of paths) rmSync(path, { recursive: true });
      expect(halfWritten(...folders)).toEqual([]);
      const next = await run({ ...nightly, attempt: 2 });
      expect(next.status).toBe(0);
      expect(next.log).toMatch(/going on after \d+ earlier trial/);
      expect(job.services.cacheKeys).toHaveLength(1);
      expect(existsSync(join(job.workspace, 'tuned.json'))).toBe(true);
      expect(halfWritten(...folders)).toEqual([]);
    },
  );

  it.runIf(isFull)('is an error too where shards are merged, and what they learnt is kept', async () => {
    const { job, run, folders } = await pullRequest(untouched, { short: true });
    const shard = { ...nightly, inputs: { mode: 'retune', shard: '1/1' } };
    expect((await run(shard)).status).toBe(0);
    expect(job.services.cacheKeys).toEqual([]);
    const temporary = join(job.workspace, '_temp');
    const tuned = join(temporary, 'joulegate', 'report', 'tuned', 'tuned.json');
    mkdirSync(join(tuned, 'full'), { recursive: true });
    const ended = await run({
      ...nightly,
      inputs: { mode: 'report' },
      environment: { RUNNER_TEMP: temporary },
    });
    expect(ended).toMatchObject({ status: 2, outputs: { tuned: '' } });
    expect(ended.log).toMatch(/^::error title=Joulegate::.*cannot write .*tuned\.json/m);
    expect(job.services.cacheKeys).toHaveLength(1);
    expect(halfWritten(...folders)).toEqual([]);
  });
});
