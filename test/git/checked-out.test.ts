import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { isDirty, openRevision, openWorkTree, requireRepository } from '../../src/git/index.ts';

let root = '';
const environment = { PATH: process.env.PATH, HOME: '/nonexistent' };
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
const write = (path: string, content: string | Uint8Array) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};
const commit = () => {
  git('add', '--all');
  git('commit', '--quiet', '--message=commit');
};
/** Has git write a file anew, as a fresh checkout does. */
const checkOutAgain = (...paths: string[]) => {
  for (const path of paths) rmSync(join(root, path));
  git('checkout', '--', ...paths);
};
const repository = () => requireRepository({ root, environment });
const base = (revision = 'HEAD') => openRevision(repository(), revision).reader;
const head = () => openWorkTree(repository());
const bytes = (text: string) => Uint8Array.from(Buffer.from(text));

function newFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'joulegate-checked-out-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

beforeEach(() => {
  root = newFolder();
  git('init', '--quiet', '--initial-branch=main');
});

describe('a commit is read as a checkout would put it on the disk', () => {
  it.each([
    ['eol=crlf', 'a\nb\n', 'a\r\nb\r\n'],
    ['text eol=crlf', 'a\nb\n', 'a\r\nb\r\n'],
    ['ident', '$Id$\n', '$Id: 055c8729cdcc372500a08db659c045e16c4409fb $\n'],
    ['working-tree-encoding=UTF-16LE', 'aµ\n', Buffer.from('aµ\n', 'utf16le').toString('latin1')],
  ])('with the attribute %s', (attribute, stored, shown) => {
    const encoding = attribute.startsWith('working-tree') ? 'latin1' : 'utf8';
    write('.gitattributes', `*.cu ${attribute}\n`);
    write('src/a.cu', Buffer.from(attribute === 'ident' ? stored : shown, encoding));
    commit();
    checkOutAgain('src/a.cu');
    const expected = Uint8Array.from(Buffer.from(shown, encoding));
    expect(head().readBytes('src/a.cu')?.bytes.join()).toBe(expected.join());
    expect(base().readBytes('src/a.cu')?.bytes.join()).toBe(expected.join());
    // Also where head has another file there.
    write('src/a.cu', 'other');
    expect(base().readBytes('src/a.cu')?.bytes.join()).toBe(expected.join());
  });

  it('with core.autocrlf, wherever it is set', () => {
    write('a.cu', 'a\n');
    commit();
    git('config', 'core.autocrlf', 'true');
    checkOutAgain('a.cu');
    for (const reader of [head(), base()]) expect(reader.read('a.cu')).toBe('a\r\n');
  });

  it('but by no rule that head brought: what it changes there must not change its base', () => {
    write('a.cu', 'x + y\n');
    commit();
    write('.gitattributes', '*.cu working-tree-encoding=UTF-7\n');
    git('add', '.gitattributes');
    git('commit', '--quiet', '--message=commit');
    checkOutAgain('a.cu');
    expect(head().read('a.cu')).toBe('x +- y\n');
    expect(base('HEAD~1').read('a.cu')).toBe('x + y\n');
  });

  it('and never by a filter, of the repository or of anybody', () => {
    const mark = join(newFolder(), 'mark');
    write('.gitattributes', '*.cu filter=own\n');
    write('a.cu', 'a');
    commit();
    for (const way of ['clean', 'smudge', 'process'])
      git('config', `filter.own.${way}`, `touch ${mark}; tr a b`);
    git('config', 'filter.own.required', 'true');
    write('a.cu', 'changed');
    expect(() => base().read('a.cu')).toThrow("a.cu passes through the git filter 'own'");
    expect(isDirty(repository())).toBe(true);
    expect(existsSync(mark)).toBe(false);
  });

  it('so what a filter has changed is the same file as long as nobody touched it, and refused by name if head did', () => {
    write('.gitattributes', '*.cu filter=own\n');
    git('config', 'filter.own.clean', 'tr a b');
    git('config', 'filter.own.smudge', 'tr b a');
    write('a.cu', 'aaa');
    commit();
    checkOutAgain('a.cu');
    git('commit', '--quiet', '--allow-empty', '--message=commit');
    for (const reader of [head(), base('HEAD~1')]) expect(reader.read('a.cu')).toBe('aaa');
    write('a.cu', 'aca');
    commit();
    expect(() => base('HEAD~1').read('a.cu')).toThrow("a.cu passes through the git filter 'own'");
    // What is not set up changes nothing.
    git('config', '--remove-section', 'filter.own');
    expect(base('HEAD~1').read('a.cu')).toBe('bbb');
  });

  it('by rules whose own ends of lines were changed on the way', () => {
    write('.gitattributes', '* text=auto\n');
    write('a.cu', 'a\n');
    commit();
    for (const [key, value] of [
      ['core.eol', 'crlf'],
      ['core.autocrlf', 'true'],
    ] as const) {
      git('config', key, value);
      checkOutAgain('.gitattributes', 'a.cu');
      write('a.cu', 'other\r\n');
      expect(base().read('a.cu')).toBe('a\r\n');
      git('config', '--unset', key);
    }
  });
});

describe('what Git LFS keeps', () => {
  const pointer = (content: string) =>
    `version https://git-lfs.github.com/spec/v1\noid sha256:${createHash('sha256').update(content).digest('hex')}\nsize ${content.length}\n`;

  beforeEach(() => {
    write('.gitattributes', '*.bin filter=lfs -text\n');
    write('src/weights.bin', pointer('old'));
    commit();
  });

  it('is the same file for head and base, whether it was fetched or not', () => {
    expect(head().listSources('src')).toEqual(['src/weights.bin']);
    for (const reader of [head(), base()]) expect(reader.read('src/weights.bin')).toBe(pointer('old'));
    write('src/weights.bin', 'old');
    for (const reader of [head(), base()]) expect(reader.read('src/weights.bin')).toBe('old');
    expect(isDirty(repository())).toBe(false);
    write('src/weights.bin', 'new');
    expect(isDirty(repository())).toBe(true);
  });

  it('is taken from where it was fetched to if head has another, and refused by name if it was not', () => {
    write('src/weights.bin', 'new');
    expect(() => base().read('src/weights.bin')).toThrow(
      "src/weights.bin passes through the git filter 'lfs'",
    );
    const hash = createHash('sha256').update('old').digest('hex');
    write(`.git/lfs/objects/${hash.slice(0, 2)}/${hash.slice(2, 4)}/${hash}`, 'not it');
    expect(() => base().read('src/weights.bin')).toThrow('passes through');
    write(`.git/lfs/objects/${hash.slice(0, 2)}/${hash.slice(2, 4)}/${hash}`, 'old');
    expect(base().read('src/weights.bin')).toBe('old');
  });
});

describe('files that differ from the disk are read together', () => {
  const stored: Readonly<Record<string, string>> = {
    'src/a.cu': 'a\n',
    'src/b c.cu': '',
    'src/deep/d.cu': 'no line ends',
    'src/e\tf.cu': '\ta tab',
    'src/ g.cu': ' a space',
    'src/h.cu': `${'0'.repeat(40)} missing\n${'0'.repeat(40)} blob 3\nabc`,
    'src/z.txt': 'of another kind',
  };
  /** Lines that git was started with, told by a program in its place. */
  const counted = () => {
    const folder = newFolder();
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    const log = join(folder, 'log');
    writeFileSync(join(folder, 'git'), `#!/bin/sh\necho "$*" >> '${log}'\nexec '${real}' "$@"\n`, {
      mode: 0o755,
    });
    const path = `${folder}${delimiter}${process.env.PATH}`;
    const { reader } = openRevision(
      requireRepository({ root, environment: { ...environment, PATH: path } }),
      'HEAD',
    );
    const started = () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.includes('cat-file'));
    return { reader, started };
  };

  it.each([
    ['as they are stored', '', (text: string) => text],
    ['as git converts them', '*.cu eol=crlf\n', (text: string) => text.replaceAll('\n', '\r\n')],
  ])('%s', (_, rules, converted) => {
    if (rules !== '') write('.gitattributes', rules);
    for (const [path, text] of Object.entries(stored)) write(path, text);
    commit();
    for (const path of Object.keys(stored)) write(path, 'other');
    const { reader, started } = counted();
    for (const [path, text] of Object.entries(stored))
      expect(reader.read(path)).toBe(path.endsWith('.txt') ? text : converted(text));
    // Five at once; names that git reads no line of, and the one of another kind, by themselves.
    expect(started()).toHaveLength(4);
  });

  it('and by themselves if they are too large together, or one is not there', () => {
    const large = 'x'.repeat(17 * 1024 * 1024);
    for (const name of ['a', 'b']) write(`${name}.bin`, name + large);
    write('d.cu', 'd');
    write('e.cu', 'e');
    commit();
    for (const name of ['a.bin', 'b.bin', 'd.cu', 'e.cu']) write(name, 'other');
    const lost = git('rev-parse', 'HEAD:e.cu');
    rmSync(join(root, '.git', 'objects', lost.slice(0, 2), lost.slice(2)));
    const { reader } = counted();
    for (const name of ['a', 'b']) expect(reader.readBytes(`${name}.bin`)?.bytes[0]).toBe(name.charCodeAt(0));
    expect(reader.read('d.cu')).toBe('d');
    expect(() => reader.read('e.cu')).toThrow('git cannot read e.cu');
  });
});

it('what a sparse checkout leaves out is there for both', () => {
  write('src/a.cu', 'a');
  write('docs/b.md', 'b');
  commit();
  git('sparse-checkout', 'set', '--no-cone', '/docs/');
  for (const reader of [head(), base()]) {
    expect(reader.readBytes('src/a.cu')).toEqual({ bytes: Buffer.from(bytes('a')), executable: false });
    expect(reader.listSources('src')).toEqual(['src/a.cu']);
  }
  // What was removed by hand was not left out.
  rmSync(join(root, 'docs/b.md'));
  expect(head().read('docs/b.md')).toBeNull();
});

it('a file that is the same in both need not have been fetched', () => {
  write('src/a.cu', 'a');
  write('src/b.cu', 'b');
  commit();
  git('config', 'uploadpack.allowFilter', 'true');
  const origin = root;
  root = newFolder();
  git('clone', '--quiet', '--filter=blob:none', `file://${origin}`, '.');
  const elsewhere = root;
  root = origin;
  write('src/b.cu', 'new');
  commit();
  root = elsewhere;
  git('fetch', '--quiet');
  git('merge', '--quiet', '--ff-only', 'origin/main');
  git('remote', 'set-url', 'origin', 'file:///nonexistent');
  const reader = base('HEAD~1');
  expect(reader.read('src/a.cu')).toBe('a');
  expect(reader.read('src/b.cu')).toBe('b');
});

describe('what is installed beside a commit and in none', () => {
  const shader = 'node_modules/lib/lib.wesl';
  const setUp = () => {
    write('.gitignore', 'node_modules\n');
    write('package-lock.json', '{"lib":1}');
    commit();
    write(shader, 'fn one() {}');
  };

  it('is that of the disk while the same is pinned', () => {
    setUp();
    write('other.txt', 'changed');
    commit();
    expect(base('HEAD~1').read(shader)).toBe('fn one() {}');
    expect(base('HEAD~1').read('node_modules/lib/none')).toBeNull();
  });

  it('is unknown once another version may be', () => {
    setUp();
    write('package-lock.json', '{"lib":2}');
    commit();
    expect(base().read(shader)).toBe('fn one() {}');
    expect(() => base('HEAD~1').read(shader)).toThrow(/package-lock\.json differs/);
  });

  it('is not looked at where the commit has packages itself', () => {
    write('node_modules/lib/package.json', '{}');
    commit();
    write(shader, 'fn one() {}');
    expect(base().read(shader)).toBeNull();
  });
});
