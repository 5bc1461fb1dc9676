import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolder, openRevision, openWorkTree, requireRepository } from '../../src/git/index.ts';

let root = '';
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', ...args], {
    cwd: root,
    stdio: 'pipe',
  });
const write = (path: string, text: string) => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
};
const repository = () => requireRepository({ root, environment: process.env });
const commit = () => {
  git('add', '--all');
  git('commit', '--quiet', '--message=commit');
  return openRevision(repository(), 'HEAD').reader;
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'joulegate-sources-'));
  git('init', '--quiet', '--initial-branch=main');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('what sources are made of', () => {
  it('is the same in a working tree and in its commit, whatever lies about', () => {
    write('.gitignore', '*.o\n');
    write('src/main.cu', 'a');
    write('src/deep/util.h', 'b');
    write('src/stale.o', 'built before');
    const head = openWorkTree(repository());
    expect(head.listSources('src')).toEqual(['src/deep/util.h', 'src/main.cu']);
    const base = commit();
    for (const reader of [head, base]) {
      expect(reader.listSources('src')).toEqual(['src/deep/util.h', 'src/main.cu']);
      expect(reader.listSources('src/main.cu')).toEqual(['src/main.cu']);
      expect(reader.listSources('nowhere')).toEqual([]);
      expect(reader.readBytes('src/main.cu')).toMatchObject({ executable: false });
    }
    // Where there is no repository there is nobody to ask.
    expect(openFolder(root).listSources('src')).toContain('src/stale.o');
  });

  it('takes paths as they are written', () => {
    write('src/[a]*.cu', 'a');
    write('src/ab.cu', 'b');
    expect(openWorkTree(repository()).listSources('src/[a]*.cu')).toEqual(['src/[a]*.cu']);
  });

  describe('in a submodule', () => {
    const inner = (...args: string[]) => {
      const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid'];
      execFileSync('git', [...identity, ...args], { cwd: join(root, 'vendor'), stdio: 'pipe' });
    };
    const commitInner = (text: string) => {
      write('vendor/lib/lib.h', text);
      inner('add', '--all');
      inner('commit', '--quiet', '--message=commit');
    };

    beforeEach(() => {
      mkdirSync(join(root, 'vendor'));
      inner('init', '--quiet');
      commitInner('old');
      write('src/main.cu', 'a');
      commit();
    });

    it('is read from there, base at the commit that it has of it', () => {
      const mark = join(root, 'mark');
      for (const key of ['core.fsmonitor', 'filter.own.clean', 'filter.own.smudge']) {
        inner('config', key, `touch ${mark}; cat`);
      }
      const base = openRevision(repository(), 'HEAD').reader;
      const head = openWorkTree(repository());
      for (const reader of [head, base]) {
        expect(reader.listSources('vendor')).toEqual(['vendor/lib/lib.h']);
        expect(reader.listSources('vendor/lib/lib.h')).toEqual(['vendor/lib/lib.h']);
        expect(reader.listSources('src')).toEqual(['src/main.cu']);
        expect(reader.read('vendor/lib/lib.h')).toBe('old');
      }
      expect(existsSync(mark)).toBe(false);
      for (const key of ['core.fsmonitor', 'filter.own.clean', 'filter.own.smudge'])
        inner('config', '--unset', key);
      commitInner('new');
      expect(head.read('vendor/lib/lib.h')).toBe('new');
      expect(base.read('vendor/lib/lib.h')).toBe('old');
    });

    it('is refused by name if it was not checked out, or not that far back', () => {
      const base = openRevision(repository(), 'HEAD').reader;
      rmSync(join(root, 'vendor/.git'), { recursive: true });
      for (const reader of [openWorkTree(repository()), base]) {
        expect(() => reader.listSources('vendor')).toThrow('vendor is a submodule, whose files are not here');
      }
      inner('init', '--quiet');
      inner('commit', '--quiet', '--allow-empty', '--message=another');
      expect(() => base.listSources('vendor')).toThrow('vendor is a submodule, whose files are not here');
    });
  });

  it('is nothing that an unknown filter of git changes on its way to the disk', () => {
    write('.gitattributes', '*.bin filter=crypt\n*.txt -filter\n');
    write('src/weights.bin', 'a');
    write('src/notes.txt', 'b');
    const head = openWorkTree(repository());
    expect(() => head.listSources('src')).toThrow("src/weights.bin passes through the git filter 'crypt'");
    expect(head.listSources('src/notes.txt')).toEqual(['src/notes.txt']);
  });
});
