import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { latestTag } from '../../src/git/index.ts';

it('the latest tag is the nearest that what is checked out descends from; there may be none', () => {
  const root = mkdtempSync(join(tmpdir(), 'joulegate-tags-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@localhost'];
  const git = (...args: string[]) => execFileSync('git', [...identity, ...args], { cwd: root });
  const commit = (message: string) => git('commit', '--quiet', '--allow-empty', `--message=${message}`);
  const environment = process.env;
  expect(latestTag({ root, environment })).toBeNull();
  git('init', '--quiet', '--initial-branch=main');
  expect(latestTag({ root, environment })).toBeNull();
  commit('first');
  expect(latestTag({ root, environment })).toBeNull();
  git('tag', 'v1');
  commit('second');
  git('tag', 'v2');
  commit('third');
  expect(latestTag({ root, environment })).toBe('v2');
  git('checkout', '--quiet', '-b', 'older', 'v1');
  commit('aside');
  expect(latestTag({ root, environment })).toBe('v1');
});
