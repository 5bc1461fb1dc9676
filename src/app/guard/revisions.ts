import { existsSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, posix } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import {
  headCommit,
  isDirty,
  mergeBase,
  openRevision,
  repositoryRoot,
  resolveCommit,
} from '../../git/index.ts';
import type { FileReader } from '../../manifest/index.ts';
import type { ReportGuard } from '../../schema/index.ts';
import { parseTuned, readTunedIfPresent, type Tuned } from '../../store/index.ts';
import type { Host } from '../host.ts';
import {
  absolutePath,
  displayPath,
  folderIn,
  type OpenedManifest,
  openManifest,
  readManifest,
} from '../project/index.ts';
import type { Revision } from './comparison.ts';

type DescribedRevision = ReportGuard['head'];

/** What is checked out. */
export interface HeadRevision {
  readonly revision: Revision;
  readonly described: DescribedRevision;
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

function openBaseFolder(host: Host, folder: string, manifestName: string): BaseRevision {
  const path = join(folder, manifestName);
  return readBaseline({ label: displayPath(host, folder), commit: null }, () => {
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
function openBaseRevision(host: Host, revision: string, head: OpenedManifest): BaseRevision {
  const question = { root: head.root, environment: host.environment };
  const commit = mergeBase({ ...question, revision });
  const { reader } = openRevision({ ...question, revision: commit });
  const label = revision;
  return readBaseline({ label, commit }, () => {
    const manifest = readManifest({ host, reader, path: head.path, shown: `${label}:${head.path}` });
    if (manifest === null) return null;
    return { manifest, tuned: tunedAt(reader, folderIn(head.path), manifest.tunedPath, label) };
  });
}

function describeCheckout(host: Host, root: string): DescribedRevision {
  const question = { root, environment: host.environment };
  const commit = headCommit(question);
  return { label: commit.slice(0, 12), commit, dirty: isDirty(question) };
}

function isRevision(host: Host, revision: string, root: string): boolean {
  try {
    resolveCommit({ root, environment: host.environment, revision });
    return true;
  } catch (error) {
    if (error instanceof JoulegateError) return false;
    throw error;
  }
}

/**
 * Whether `base` names a folder rather than a revision. A path (`./base`, `../base`, `/base`) is a folder; a name is one
 * if git knows none like it.
 * @throws JoulegateError bad-input for a folder without the manifest, which would make every kernel new, and for a name
 * that is both
 */
function meansFolder(host: Host, base: string, root: string, manifestName: string): boolean {
  const folder = absolutePath(host, base);
  const isFolder = existsSync(folder) && statSync(folder).isDirectory();
  if (!isFolder) return false;
  const hasManifest = existsSync(join(folder, manifestName));
  const isPath = isAbsolute(base) || /^\.\.?($|[\\/])/.test(base);
  if (!isPath && isRevision(host, base, root)) {
    if (!hasManifest) return false;
    throw new JoulegateError('bad-input', `"${base}" is both a folder and a revision.`, {
      code: 'ambiguous-base',
      nextStep: `Write ./${base} for the folder, or refs/heads/${base} for the branch.`,
    });
  }
  if (hasManifest) return true;
  throw new JoulegateError('bad-input', `The folder ${base} has no ${manifestName} to compare with.`, {
    code: 'no-base-manifest',
    nextStep: 'Give --base the folder that holds the base revision of the manifest, or a git revision.',
  });
}

/**
 * Opens head, which is what is on disk, and what it is compared with: a folder if `base` names one, else a git revision.
 * @throws JoulegateError bad-input for faults of head, and for a base that is neither a folder nor a revision
 */
export function openRevisions(
  host: Host,
  options: { readonly manifest: string; readonly base: string | null },
): { readonly head: HeadRevision; readonly base: BaseRevision } {
  const opened = openManifest(host, options.manifest);
  const { manifest, folder, root, path } = opened;
  const revision: Revision = { manifest, tuned: readTunedIfPresent(join(folder, manifest.tunedPath)) };
  if (options.base === null) {
    return {
      head: { revision, described: describeCheckout(host, root) },
      base: { revision: null, problem: null, described: { label: 'none', commit: null } },
    };
  }
  const baseFolder = absolutePath(host, options.base);
  if (meansFolder(host, options.base, root, basename(path))) {
    return {
      head: { revision, described: { label: displayPath(host, folder), commit: null } },
      base: openBaseFolder(host, baseFolder, basename(path)),
    };
  }
  if (repositoryRoot({ root, environment: host.environment }) === null) {
    throw new JoulegateError(
      'bad-input',
      `"${options.base}" is no folder, and there is no git repository around ${displayPath(host, folder)}.`,
      { code: 'no-base', nextStep: 'Give --base a folder that holds the base revision of the manifest.' },
    );
  }
  return {
    head: { revision, described: describeCheckout(host, root) },
    base: openBaseRevision(host, options.base, opened),
  };
}
