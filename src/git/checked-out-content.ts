import { statSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import type { FileReader } from '../manifest/index.ts';
import type { GitResult } from './git-process.ts';
import { openFolder } from './open-folder.ts';
import { askGit, type Repository } from './open-repository.ts';
import { type CommittedFile, readAhead } from './read-ahead.ts';
import { maxFileBytes, tooLarge } from './reader-rules.ts';
import { filtered } from './source-rules.ts';
import { isObject, lfsContent, lfsContentHash, lfsPointer } from './stored-content.ts';

/** Hash of the object that a commit has at a path; null for none. */
export type ObjectAt = (path: string) => string | null;

/** Files of a commit that are likely to be read after one: itself and those behind it. */
export type FilesAfter = (path: string) => readonly CommittedFile[];

/** Names of the files that say how git changes a file on its way to the disk, from the root down. */
function attributeFiles(path: string): readonly string[] {
  const folders = path.split('/').slice(0, -1);
  return ['', ...folders.map((_, depth) => `${folders.slice(0, depth + 1).join('/')}/`)].map(
    (folder) => `${folder}.gitattributes`,
  );
}

/** @throws JoulegateError (bad-input): `git-failed`, what could not be read and why */
export function mustSucceed(result: GitResult, what: string): Buffer {
  if (result.ok) return result.stdout;
  throw new JoulegateError('bad-input', `git cannot read ${what}: ${result.message}`, {
    code: 'git-failed',
    nextStep:
      'Check the repository (git fsck); a partial clone needs the files of the revision fetched first.',
  });
}

/** Whether these are the rules that git stores as an object. Their own ends of lines may have been changed, and mean nothing. */
function isRules(bytes: Uint8Array, object: string): boolean {
  if (isObject(bytes, object)) return true;
  return isObject(
    Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
    object,
  );
}

/** What git stores as an object, through its own conversions for `path` if that is given. No filter runs. */
export function storedContent(repository: Repository, object: string, path: string | null): Buffer {
  const args =
    path === null ? ['cat-file', 'blob', object] : ['cat-file', '--filters', `--path=${path}`, object];
  try {
    return mustSucceed(askGit(repository, { args, maxBytes: maxFileBytes }), path ?? object);
  } catch (error) {
    if (error instanceof JoulegateError && error.code === 'git-output-too-large')
      throw tooLarge(path ?? object);
    throw error;
  }
}

/**
 * The files of a commit as a checkout of it would put them on the disk beside the one that is there: with the same ends of
 * lines, encodings and expansions, and with what Git LFS keeps elsewhere. A file that is the same in both is the same bytes,
 * which come from the disk: so it need not have been fetched.
 */
export class CheckedOutContent {
  readonly #repository: Repository;
  readonly #disk: FileReader;
  readonly #objectAt: ObjectAt;
  readonly #after: FilesAfter;
  readonly #ahead = new Map<string, Buffer>();
  readonly #unchangedRules = new Map<string, boolean>();
  readonly #known = new Map<string, Uint8Array>();

  constructor(repository: Repository, objectAt: ObjectAt, after: FilesAfter) {
    this.#repository = repository;
    this.#disk = openFolder(repository.root);
    this.#objectAt = objectAt;
    this.#after = after;
  }

  /** null also for what is there and is refused: then it is not what was looked for. */
  #onDisk(path: string): Uint8Array | null {
    try {
      return this.#disk.readBytes(path)?.bytes ?? null;
    } catch (error) {
      if (error instanceof JoulegateError) return null;
      throw error;
    }
  }

  /**
   * Whether the rules that git finds on the disk for a file are those of the commit. If they are not, nothing is converted:
   * what a change does to them must not change what its base is.
   */
  #hasSameRules(path: string): boolean {
    return attributeFiles(path).every((file) => {
      const known = this.#unchangedRules.get(file);
      if (known !== undefined) return known;
      const object = this.#objectAt(file);
      const bytes = this.#onDisk(file);
      const isSame = object === null ? bytes === null : bytes !== null && isRules(bytes, object);
      this.#unchangedRules.set(file, isSame);
      return isSame;
    });
  }

  #filterOf(path: string): string {
    const args = ['check-attr', '-z', 'filter', '--', path];
    const answer = mustSucceed(askGit(this.#repository, { args }), path).toString('utf8');
    return answer.split('\0')[2] ?? '';
  }

  /** The filter of a file whose program is set up here, so that what it makes of one is not known; null without one. */
  #programFor(path: string): string | null {
    const programs = this.#repository.settings.flatMap(
      ({ key, value }) => (value === '' ? null : /^filter\.(.*)\.(?:smudge|process)$/s.exec(key)?.[1]) ?? [],
    );
    if (programs.every((name) => name === 'lfs')) return null;
    const filter = this.#filterOf(path);
    return filter !== 'lfs' && programs.includes(filter) ? filter : null;
  }

  /**
   * Whether git wrote a file to the disk out of this object, and nobody has touched it since. That is told by its time:
   * `git diff-files` would compare what is there without the filter, where the index was written in the same tick.
   */
  #isCheckedOut(path: string, object: string): boolean {
    const args = ['--literal-pathspecs', 'ls-files', '--stage', '--debug', '--', path];
    const entry = mustSucceed(askGit(this.#repository, { args }), path).toString('utf8');
    const [, seconds = '', rest = ''] = /^ +mtime: (\d+):(\d+)$/m.exec(entry) ?? [];
    if (entry.split(' ')[1] !== object || seconds === '') return false;
    const { mtimeNs } = statSync(join(this.#repository.root, path), { bigint: true });
    return mtimeNs === BigInt(seconds) * 1_000_000_000n + BigInt(rest);
  }

  /**
   * A file is read once: asking git takes a process each time.
   * @throws JoulegateError (bad-input): `source-not-in-git` for what Git LFS did not fetch or another filter changes, `git-failed`
   */
  read(path: string, object: string): Uint8Array {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const bytes = this.#read(path, object);
    this.#known.set(path, bytes);
    return bytes;
  }

  /** Whether the disk has what a checkout would put there. */
  #isSame(disk: Uint8Array | null, object: string): disk is Uint8Array {
    return disk !== null && (isObject(disk, object) || isObject(lfsPointer(disk), object));
  }

  /** What git stores, through its own conversions where its rules are those of the commit. */
  #stored(path: string, object: string, hasSameRules: boolean): Buffer {
    if (!this.#ahead.has(path)) {
      const files = this.#after(path).filter(
        (file) =>
          file.path === path ||
          (this.#hasSameRules(file.path) === hasSameRules &&
            !this.#isSame(this.#onDisk(file.path), file.object)),
      );
      for (const [file, stored] of readAhead(this.#repository, files, hasSameRules))
        this.#ahead.set(file, stored);
    }
    return this.#ahead.get(path) ?? storedContent(this.#repository, object, hasSameRules ? path : null);
  }

  #read(path: string, object: string): Uint8Array {
    const disk = this.#onDisk(path);
    if (this.#isSame(disk, object)) return disk;
    const hasSameRules = this.#hasSameRules(path);
    const filter = hasSameRules ? this.#programFor(path) : null;
    if (filter !== null) {
      if (disk !== null && this.#isCheckedOut(path, object)) return disk;
      throw filtered(path, filter);
    }
    const stored = this.#stored(path, object, hasSameRules);
    const hash = lfsContentHash(stored);
    if (hash === null || this.#filterOf(path) !== 'lfs') return stored;
    const content = lfsContent(this.#repository.commonDirectory, hash);
    if (content === null) throw filtered(path, 'lfs');
    return content;
  }
}
