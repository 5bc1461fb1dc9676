import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../../src/expression/index.ts';
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

  it.each([
    ['parentheses', `${'('.repeat(100_000)}1${')'.repeat(100_000)}`],
    ['negations', `${'-'.repeat(100_000)}1`],
    ['sums', `1${'+1'.repeat(100_000)}`],
    ['lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['choices', `${'true?'.repeat(50_000)}1${':1'.repeat(50_000)}`],
  ])('an expression of a hundred thousand nested %s', (_what, source) => {
    expect(compileExpression(source, { variables: {}, expect: 'int' })).toMatchObject({ ok: false });
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
