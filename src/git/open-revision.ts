import { extname } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import type { FileContent, FileReader } from '../manifest/index.ts';
import { CheckedOutContent, mustSucceed, storedContent } from './checked-out-content.ts';
import { installedContent } from './installed.ts';
import { openFolder } from './open-folder.ts';
import { askGit, type Repository } from './open-repository.ts';
import { inSubmodule, openSubmodule } from './open-submodule.ts';
import type { CommittedFile } from './read-ahead.ts';
import {
  decodeText,
  isSkippedFolder,
  maxListedFiles,
  normalisePath,
  outsideRoot,
  tooMany,
} from './reader-rules.ts';
import { resolveCommit } from './repository.ts';

/** A commit's files, and how to name it. */
export interface OpenRevision {
  /** For people: the name that was asked for, or the start of the hash. */
  readonly label: string;
  /** Full hash. */
  readonly commit: string;
  readonly reader: FileReader;
}

/** What a commit holds. */
interface Tree {
  readonly files: Map<string, TreeEntry>;
  /** Commits of submodules by their paths. */
  readonly submodules: Map<string, string>;
}

/** A file or link of a commit. */
interface TreeEntry {
  readonly object: string;
  readonly isLink: boolean;
  readonly executable: boolean;
}

const maxTreeBytes = 256 * 1024 * 1024;
const maxLinks = 16;
/** Files that are read together. */
const mostAhead = 256;

/** Everything in a commit by its path. Paths come NUL-terminated, so none needs unquoting. */
function readTree(repository: Repository, commit: string): Tree {
  const args = ['ls-tree', '-r', '-z', commit, '--'];
  const listing = mustSucceed(askGit(repository, { args, maxBytes: maxTreeBytes }), commit);
  const files = new Map<string, TreeEntry>();
  const submodules = new Map<string, string>();
  for (const line of listing.toString('utf8').split('\0')) {
    const match = /^(\d+) (blob|commit) ([0-9a-f]+)\t(.*)$/s.exec(line);
    if (match === null) continue;
    const [, mode, kind, object = '', path = ''] = match;
    if (kind === 'commit') submodules.set(path, object);
    else files.set(path, { object, isLink: mode === '120000', executable: mode === '100755' });
  }
  return { files, submodules };
}

class RevisionReader implements FileReader {
  readonly #repository: Repository;
  readonly #commit: string;
  readonly #content: CheckedOutContent;
  readonly #submodules = new Map<string, FileReader>();
  readonly #seen = new Set<string>();
  #read: Tree | null = null;
  #disk: FileReader | null = null;

  constructor(repository: Repository, commit: string) {
    this.#repository = repository;
    this.#content = new CheckedOutContent(
      repository,
      (path) => this.tree.get(path)?.object ?? null,
      (path) => this.#after(path),
    );
    this.#commit = commit;
  }

  /** Read once, on first use. */
  get #all(): Tree {
    this.#read ??= readTree(this.#repository, this.#commit);
    return this.#read;
  }

  get tree(): Map<string, TreeEntry> {
    return this.#all.files;
  }

  /** A file and those of its kind that follow in the tree. None comes up a second time but as the first. */
  #after(path: string): readonly CommittedFile[] {
    const ending = extname(path);
    const found: CommittedFile[] = [];
    let isBehind = false;
    for (const [other, { object, isLink }] of this.tree) {
      isBehind ||= other === path;
      if (!isBehind || isLink || extname(other) !== ending || (other !== path && this.#seen.has(other)))
        continue;
      this.#seen.add(other);
      found.push({ path: other, object });
      if (found.length === mostAhead) break;
    }
    return found;
  }

  /** The path with every link on the way followed; null after too many. @throws JoulegateError (`path-outside`). */
  #follow(asked: string): string | null {
    let path = normalisePath(asked);
    for (let links = 0; links <= maxLinks; links++) {
      if (path === null) throw outsideRoot(asked);
      const link = this.#firstLink(path);
      if (link === null) return path;
      const target = decodeText(link.path, storedContent(this.#repository, link.entry.object, null));
      const parent = link.path.includes('/') ? link.path.slice(0, link.path.lastIndexOf('/') + 1) : '';
      path = target.startsWith('/') ? null : normalisePath(parent + target + path.slice(link.path.length));
    }
    return null;
  }

  /** The first prefix of `path` that is a link. */
  #firstLink(path: string): { readonly path: string; readonly entry: TreeEntry } | null {
    for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
      const prefix = end === -1 ? path : path.slice(0, end);
      const entry = this.tree.get(prefix);
      if (entry?.isLink) return { path: prefix, entry };
      if (end === -1) return null;
    }
  }

  read(path: string): string | null {
    const content = this.readBytes(path);
    return content === null ? null : decodeText(path, content.bytes);
  }

  /** A submodule's files at the commit that this one has of it. @throws JoulegateError (`source-not-in-git`) */
  #submodule(path: string): FileReader {
    const known = this.#submodules.get(path);
    if (known !== undefined) return known;
    try {
      const { reader } = openRevision(
        openSubmodule(this.#repository, path),
        this.#all.submodules.get(path) ?? '',
      );
      this.#submodules.set(path, reader);
      return reader;
    } catch (error) {
      if (error instanceof JoulegateError && error.code === 'unknown-revision') throw inSubmodule(path);
      throw error;
    }
  }

  /** The submodule that a path is in; undefined if it is in none. */
  #submoduleAround(path: string): string | undefined {
    return [...this.#all.submodules.keys()].find((one) => path === one || path.startsWith(`${one}/`));
  }

  readBytes(path: string): FileContent | null {
    const followed = this.#follow(path);
    if (followed === null) return null;
    const module = this.#submoduleAround(followed);
    if (module !== undefined) return this.#submodule(module).readBytes(followed.slice(module.length + 1));
    const entry = this.tree.get(followed);
    if (entry === undefined) return this.#installed(followed);
    return { bytes: this.#content.read(followed, entry.object), executable: entry.executable };
  }

  /** Of a package that is installed and in no commit; null where the commit has packages itself. */
  #installed(path: string): FileContent | null {
    const folder = /^(?:.*\/)?node_modules\//.exec(path)?.[0];
    if (folder === undefined) return null;
    for (const one of this.tree.keys()) if (one.startsWith(folder)) return null;
    this.#disk ??= openFolder(this.#repository.root);
    return installedContent(path, this.#disk, (pin) => this.tree.get(pin)?.object ?? null);
  }

  #sourcesOf(module: string, path: string): readonly string[] {
    return this.#submodule(module)
      .listSources(path)
      .map((one) => `${module}/${one}`);
  }

  listSources(path: string): readonly string[] {
    const wanted = normalisePath(path) ?? path;
    const around = this.#submoduleAround(wanted);
    if (around !== undefined) return this.#sourcesOf(around, wanted.slice(around.length + 1));
    if (this.readBytes(path) !== null) return [wanted];
    const modules = [...this.#all.submodules.keys()].filter(
      (one) => wanted === '' || one.startsWith(`${wanted}/`),
    );
    return [...this.list(path), ...modules.flatMap((module) => this.#sourcesOf(module, ''))].sort();
  }

  list(folder: string): readonly string[] {
    const asked = normalisePath(folder);
    const followed = this.#follow(folder);
    if (followed === null || asked === null) return [];
    const prefix = followed === '' ? '' : `${followed}/`;
    const found: string[] = [];
    for (const [path, entry] of this.tree) {
      if (!path.startsWith(prefix)) continue;
      const below = path.slice(prefix.length);
      if (isSkipped(below) || (entry.isLink && !this.#leadsToFile(path))) continue;
      found.push(asked === '' ? below : `${asked}/${below}`);
    }
    if (found.length > maxListedFiles) throw tooMany(asked);
    return found.sort();
  }

  #leadsToFile(path: string): boolean {
    try {
      const followed = this.#follow(path);
      return followed !== null && this.tree.has(followed);
    } catch (error) {
      if (error instanceof JoulegateError && error.code === 'path-outside') return false;
      throw error;
    }
  }
}

function isSkipped(path: string): boolean {
  return path.split('/').slice(0, -1).some(isSkippedFolder);
}

/**
 * Reads the files of a commit straight from the repository, as a checkout would put them on the disk: nothing is checked out
 * and no hook or filter runs.
 * Paths are relative to the root of the repository; the reader throws as that of `openFolder` does.
 * @throws JoulegateError (bad-input): `bad-revision`, `unknown-revision`, ...
 */
export function openRevision(repository: Repository, revision: string): OpenRevision {
  const commit = resolveCommit(repository, revision);
  const label = commit.startsWith(revision) ? commit.slice(0, 12) : revision;
  return { label, commit, reader: new RevisionReader(repository, commit) };
}
