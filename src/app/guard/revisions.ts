import { existsSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import {
  headCommit,
  isDirty,
  mergeBase,
  openRevision,
  type Repository,
  requireRepository,
} from '../../git/index.ts';
import type { FileReader } from '../../manifest/index.ts';
import type { ReportGuard } from '../../schema/index.ts';
import { parseTuned, readTunedIfPresent, type Tuned } from '../../store/index.ts';
import type { Host } from '../host.ts';
import {
  absolutePath,
  displayPath,
  folderIn,
  namesFolder,
  type OpenedManifest,
  openManifest,
  readManifest,
  repositoryOf,
} from '../project/index.ts';
import type { Revision } from './revision.ts';

type DescribedRevision = ReportGuard['head'];

/** What is checked out. */
export interface HeadRevision {
  readonly revision: Revision;
  readonly described: DescribedRevision;
}

/** A commit that was found to be what head is compared with. */
export interface BaseCommit {
  /** What people know it by: `main`, `HEAD^1`, the start of its hash. */
  readonly label: string;
  /** Full hash. */
  readonly commit: string;
}

/** What it is compared with. */
export interface BaseRevision {
  /** null if that revision has no manifest (every kernel is new), or one that cannot be read. */
  readonly revision: Revision | null;
  /** Why a baseline that is there cannot be read; null if it can, or if there is none. */
  readonly problem: string | null;
  readonly described: DescribedRevision;
}

/** The first line of an error, and of a manifest's faults the first with its place. */
function firstFault(message: string): string {
  const lines = message.split('\n');
  return lines.find((line) => /:\d+:\d+: error: /.test(line)) ?? lines[0] ?? '';
}

/**
 * A baseline that is there and cannot be read is an outcome of its own: never an error that hides the other kernels,
 * and never taken for "there is none".
 */
function readBaseline(described: DescribedRevision, read: () => Revision | null): BaseRevision {
  try {
    return { revision: read(), problem: null, described };
  } catch (error) {
    if (!(error instanceof JoulegateError) || error.kind !== 'bad-input') throw error;
    return { revision: null, problem: firstFault(error.message), described };
  }
}

/** The commit of a folder that is compared with, where it is a checkout with commits. */
function commitOf(repository: Repository | null): Pick<DescribedRevision, 'commit' | 'dirty'> {
  try {
    return repository === null
      ? { commit: null }
      : { commit: headCommit(repository), dirty: isDirty(repository) };
  } catch (error) {
    if (error instanceof JoulegateError && error.code === 'unknown-revision') return { commit: null };
    throw error;
  }
}

/** @throws JoulegateError bad-input for a folder that is not there, or without the manifest: every kernel would be new */
function openBaseFolder(host: Host, folder: string, manifestName: string): BaseRevision {
  const path = join(folder, manifestName);
  if (!existsSync(path)) {
    throw new JoulegateError(
      'bad-input',
      `The folder ${displayPath(host, folder)} has no ${manifestName} to compare with.`,
      {
        code: 'no-base-manifest',
        nextStep: 'Give --base the folder that holds the base revision of the manifest, or a git revision.',
      },
    );
  }
  const described = { label: displayPath(host, folder), ...commitOf(repositoryOf(host, folder)) };
  return readBaseline(described, () => {
    const { manifest } = openManifest(host, path);
    return { manifest, tuned: readTunedIfPresent(join(folder, manifest.tunedPath)) };
  });
}

function tunedAt(reader: FileReader, folder: string, tunedPath: string, label: string): Tuned | null {
  const path = posix.join(folder, tunedPath);
  const text = reader.read(path);
  return text === null ? null : parseTuned(text, `${label}:${path}`);
}

/** The commit at which head left `revision`: what others did there since is not this change's doing. */
function whereHeadLeft(host: Host, repository: Repository, revision: string): string {
  try {
    return mergeBase(repository, revision);
  } catch (error) {
    const isFolder = existsSync(absolutePath(host, revision));
    if (!(error instanceof JoulegateError) || error.code !== 'unknown-revision' || !isFolder) throw error;
    const nextStep = `Write ./${revision} if the folder is meant, or fetch the revision first.`;
    throw new JoulegateError('bad-input', error.message, { code: error.code, nextStep, cause: error });
  }
}

function openBaseCommit(host: Host, { label, commit }: BaseCommit, opened: OpenInRepository): BaseRevision {
  const { repository, path } = opened;
  const { reader } = openRevision(repository, commit);
  return readBaseline({ label, commit }, () => {
    const manifest = readManifest({ host, reader, path, shown: `${label}:${path}` });
    if (manifest === null) return null;
    return { manifest, tuned: tunedAt(reader, folderIn(path), manifest.tunedPath, label) };
  });
}

/** @throws JoulegateError bad-input for a revision that is not there */
function openBaseOf(host: Host, base: string | BaseCommit | null, opened: OpenInRepository): BaseRevision {
  if (base === null) return { revision: null, problem: null, described: { label: 'none', commit: null } };
  if (typeof base !== 'string') return openBaseCommit(host, base, opened);
  const commit = whereHeadLeft(host, opened.repository, base);
  return openBaseCommit(host, { label: base, commit }, opened);
}

function describeCheckout(repository: Repository): DescribedRevision {
  const commit = headCommit(repository);
  return { label: commit.slice(0, 12), commit, dirty: isDirty(repository) };
}

interface OpenInRepository {
  readonly path: string;
  readonly repository: Repository;
}

/** @throws JoulegateError bad-input if there is no repository, or none that git reads */
function inRepository(host: Host, { folder, path, repository }: OpenedManifest): OpenInRepository {
  return {
    path,
    repository: repository ?? requireRepository({ root: folder, environment: host.environment }),
  };
}

/**
 * Opens head, which is what is on disk, and what it is compared with: a commit, a folder if `base` is a path, else where head
 * left a git revision.
 * @throws JoulegateError bad-input for faults of head, and for a base that is not there
 */
export function openRevisions(
  host: Host,
  options: { readonly manifest: string; readonly base: string | BaseCommit | null },
): { readonly head: HeadRevision; readonly base: BaseRevision } {
  const opened = openManifest(host, options.manifest);
  const { manifest, folder, path } = opened;
  const revision: Revision = { manifest, tuned: readTunedIfPresent(join(folder, manifest.tunedPath)) };
  if (typeof options.base === 'string' && namesFolder(options.base)) {
    return {
      head: { revision, described: { label: displayPath(host, folder), commit: null } },
      base: openBaseFolder(host, absolutePath(host, options.base), basename(path)),
    };
  }
  const checkout = inRepository(host, opened);
  return {
    head: { revision, described: describeCheckout(checkout.repository) },
    base: openBaseOf(host, options.base, checkout),
  };
}
