import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  headCommit,
  isDirty,
  mergeBase,
  openFolder,
  openRepository,
  openRevision,
  requireRepository,
} from '../../src/git/index.ts';

const environment = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  // What a git hook would hand down; must not redirect anything.
  GIT_DIR: '/nonexistent/.git',
  GIT_WORK_TREE: '/nonexistent',
};

let folder: string;
let root: string;
let first: string;

function git(...args: string[]): string {
  const identity = {
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b',
  };
  return execFileSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...identity },
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'joulegate-git-')));
  root = join(folder, 'project');
  mkdirSync(root);
  git('init', '-q', '-b', 'main');
  write('joulegate.yaml', 'version: 1\n');
  write('kernels/softmax.wesl', 'old µ\n');
  write('kernels/übersicht "a\tb.wesl', 'odd name\n');
  write('kernels/deep/util.wesl', 'util\n');
  write('kernels/node_modules/x/y.wesl', 'skipped\n');
  write('binary.bin', new Uint8Array([0xff, 0xfe, 0x00]));
  symlinkSync('softmax.wesl', join(root, 'kernels/link.wesl'));
  symlinkSync('kernels/deep', join(root, 'shortcut'));
  symlinkSync('../outside.txt', join(root, 'escape'));
  symlinkSync('/etc/hostname', join(root, 'absolute'));
  symlinkSync('loop', join(root, 'loop'));
  writeFileSync(join(folder, 'outside.txt'), 'secret\n');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  first = git('rev-parse', 'HEAD');
  git('tag', '-a', 'v1', '-m', 'v1');
  write('kernels/softmax.wesl', 'new\n');
  git('commit', '-q', '-am', 'second');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const repository = (at = root) => requireRepository({ root: at, environment });
const open = (revision: string, at = root) => openRevision(repository(at), revision);

describe('a revision', () => {
  it('is named by branch, tag, relation or hash', () => {
    expect(open('main')).toMatchObject({ label: 'main', commit: git('rev-parse', 'HEAD') });
    expect(open('v1')).toMatchObject({ label: 'v1', commit: first });
    expect(open('HEAD~1')).toMatchObject({ label: 'HEAD~1', commit: first });
    expect(open(first)).toMatchObject({ label: first.slice(0, 12), commit: first });
  });

  it('gives the files of its commit, not of the working tree', () => {
    expect(open('v1').reader.read('kernels/softmax.wesl')).toBe('old µ\n');
    expect(open('main').reader.read('./kernels//deep/../softmax.wesl')).toBe('new\n');
    expect(open('main').reader.read('kernels/missing.wesl')).toBeNull();
    expect(open('main').reader.read('kernels')).toBeNull();
  });

  it('is the whole one from any folder of the repository', () => {
    const { reader } = open('v1', join(root, 'kernels'));
    expect(reader.read('kernels/softmax.wesl')).toBe('old µ\n');
    expect(() => reader.read('../outside.txt')).toThrow(expect.objectContaining({ code: 'path-outside' }));
  });

  it.each([
    ['', 'bad-revision'],
    ['--output=/tmp/x', 'bad-revision'],
    ['-h', 'bad-revision'],
    ['main..v1', 'bad-revision'],
    ['main:kernels/softmax.wesl', 'bad-revision'],
    ['main\nv1', 'bad-revision'],
    ['no-such-branch', 'unknown-revision'],
    ['0123456789abcdef0123456789abcdef01234567', 'unknown-revision'],
  ])('%j is refused as %s', (revision, code) => {
    expect(() => open(revision)).toThrow(expect.objectContaining({ kind: 'bad-input', code }));
  });

  it('that was not fetched into a shallow clone is explained', () => {
    const shallow = join(folder, 'shallow');
    git('clone', '-q', '--depth', '1', `file://${root}`, shallow);
    expect(() => open('HEAD~1', shallow)).toThrow(
      expect.objectContaining({
        code: 'unknown-revision',
        nextStep: expect.stringContaining('fetch-depth: 0'),
      }),
    );
  });
});

describe.each([
  ['a folder', () => openFolder(root)],
  ['a revision', () => open('HEAD').reader],
])('reading %s', (_, reader) => {
  it('lists files below a folder, sorted, without dependencies', () => {
    expect(reader().list('kernels')).toEqual([
      'kernels/deep/util.wesl',
      'kernels/link.wesl',
      'kernels/softmax.wesl',
      'kernels/übersicht "a\tb.wesl',
    ]);
    expect(reader().list('nowhere')).toEqual([]);
  });

  it('lists the whole project without links that lead out or nowhere', () => {
    expect(reader().list('')).toEqual([
      'binary.bin',
      'joulegate.yaml',
      'kernels/deep/util.wesl',
      'kernels/link.wesl',
      'kernels/softmax.wesl',
      'kernels/übersicht "a\tb.wesl',
    ]);
  });

  it('reads any name', () => {
    expect(reader().read('kernels/übersicht "a\tb.wesl')).toBe('odd name\n');
  });

  it('follows links that stay inside', () => {
    expect(reader().read('kernels/link.wesl')).toBe('new\n');
    expect(reader().read('shortcut/util.wesl')).toBe('util\n');
    expect(reader().list('shortcut')).toEqual(['shortcut/util.wesl']);
  });

  it.each([
    'escape',
    'absolute',
    '../outside.txt',
    'kernels/../../outside.txt',
    '/etc/hostname',
    'a\\b',
    'C:x',
  ])('never leaves the root: %s', (path) => {
    expect(() => reader().read(path)).toThrow(expect.objectContaining({ code: 'path-outside' }));
  });

  it('refuses what is not text', () => {
    expect(() => reader().read('binary.bin')).toThrow(expect.objectContaining({ code: 'not-text' }));
  });
});

describe('a repository', () => {
  it('is found from a folder inside it, in spite of GIT_DIR', () => {
    expect(repository(join(root, 'kernels')).root).toBe(root);
    expect(openRepository({ root: folder, environment })).toBeNull();
  });

  it('knows its commit and whether tracked files were changed', () => {
    expect(headCommit(repository())).toBe(git('rev-parse', 'HEAD'));
    expect(isDirty(repository())).toBe(false);
    write('untracked.txt', 'x');
    expect(isDirty(repository())).toBe(false);
    write('joulegate.yaml', 'version: 2\n');
    expect(isDirty(repository())).toBe(true);
    git('checkout', '-q', '--', 'joulegate.yaml');
  });

  it('finds where a branch and HEAD parted', () => {
    git('branch', 'moved-on', first);
    git(
      'update-ref',
      'refs/heads/moved-on',
      git('commit-tree', '-p', first, '-m', 'later', `${first}^{tree}`),
    );
    expect(mergeBase(repository(), 'moved-on')).toBe(first);
  });

  it('runs nothing that its own settings name', () => {
    const trap = join(folder, 'trap.sh');
    const sprung = join(folder, 'sprung');
    writeFileSync(trap, `#!/bin/sh\ntouch "${sprung}"\n`);
    chmodSync(trap, 0o755);
    git('config', 'core.fsmonitor', trap);
    isDirty(repository());
    open('HEAD').reader.list('');
    expect(existsSync(sprung)).toBe(false);
    // The trap is a good one: git itself walks into it.
    git('status');
    expect(existsSync(sprung)).toBe(true);
    git('config', '--unset', 'core.fsmonitor');
  });

  it('is missed with a next step', () => {
    const at = join(folder, 'plain');
    mkdirSync(at);
    expect(() => open('main', at)).toThrow(expect.objectContaining({ code: 'not-a-repository' }));
  });

  it('cannot be read without git', () => {
    expect(() => requireRepository({ root, environment: { PATH: folder } })).toThrow(
      expect.objectContaining({ code: 'git-missing', nextStep: expect.stringContaining('PATH') }),
    );
  });
});
