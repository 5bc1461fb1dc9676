import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDriver } from '../../../src/device/index.ts';
import { compileExpression } from '../../../src/expression/index.ts';
import { projectFolder, startScripted } from '../../support/command-line.ts';
import { sampled } from '../../support/full.ts';
import { smallProject } from '../../support/small-project.ts';
import { hostileProject } from './project.ts';

const cliPath = join(import.meta.dirname, '..', '..', '..', 'dist', 'cli.js');

describe('ordinary bad luck is not called a bug', () => {
  it('a current folder that was deleted', async () => {
    const { outside } = await hostileProject();
    const gone = join(outside, 'gone');
    mkdirSync(gone);
    const script = `rmdir '${gone}' && exec '${process.execPath}' '${cliPath}' validate`;
    const { status, stderr } = spawnSync('/bin/sh', ['-c', script], { cwd: gone, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'joulegate: error: the current folder is gone\n  next: Change to a folder that is there.\n',
    });
  });

  it.each(
    sampled([
      ['parentheses', `${'('.repeat(100_000)}1${')'.repeat(100_000)}`],
      ['negations', `${'-'.repeat(100_000)}1`],
      ['sums', `1${'+1'.repeat(100_000)}`],
      ['lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
      ['choices', `${'true?'.repeat(50_000)}1${':1'.repeat(50_000)}`],
    ]),
  )('an expression of a hundred thousand nested %s', (_what, source) => {
    expect(compileExpression(source, { variables: {}, expect: 'int' })).toMatchObject({ ok: false });
  });
});

describe('a home that cannot be written', () => {
  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'costs the adapter that is unpacked there, and says so beside the others',
    async () => {
      const { repository, outside } = await hostileProject();
      const workerPath = join(repository, 'worker.mjs');
      writeFileSync(workerPath, '');
      writeFileSync(join(outside, 'file'), '');
      // As npm has it beside the worker.
      symlinkSync(
        join(import.meta.dirname, '..', '..', '..', 'node_modules'),
        join(repository, 'node_modules'),
      );
      const search = { workerPath, environment: {}, cacheFolder: join(outside, 'file', 'joulegate') };
      await expect(findDriver(search)).rejects.toMatchObject({
        kind: 'could-not-measure',
        code: 'no-adapter',
        message: expect.stringMatching(/The cache .*file.joulegate cannot be written: ENOTDIR/),
        nextStep: 'Name a folder that you can write to in XDG_CACHE_HOME.',
      });
    },
  );
});

describe('a closed terminal', () => {
  it('stops a run as Ctrl-C does', async () => {
    const folder = await projectFolder(smallProject(100));
    const run = startScripted(folder, 'retune', '--seconds', '600', '--trials', '100000');
    await run.sees('power');
    run.child.kill('SIGHUP');
    const { status, stderr } = await run.finished;
    expect(stderr).toContain('stopping: what was found is being kept');
    expect(status).toBe(130);
  });
});

describe('a report whose files cannot be written', () => {
  it('keeps its verdict, and the others of its files', async () => {
    const { repository, run } = await hostileProject();
    const out = join(repository, 'out');
    mkdirSync(join(out, 'report.html', 'in-the-way'), { recursive: true });
    const { status, said } = run(['guard', '--base', 'main', '--meter', 'none', '--report', 'out', '--json']);
    expect(status).toBe(0);
    const report = JSON.parse(said.slice(said.indexOf('{'))) as { exitCode: number; warnings: string[] };
    expect(report.exitCode).toBe(0);
    expect(report.warnings).toEqual([expect.stringContaining('there is no report.html')]);
  });
});
