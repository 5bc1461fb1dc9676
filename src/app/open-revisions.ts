import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import { headCommit, isDirty, openRevision, repositoryRoot } from '../git/index.ts';
import type { FileReader, Manifest } from '../manifest/index.ts';
import type { ReportGuard } from '../schema/index.ts';
import { parseTuned, readTunedIfPresent, type Tuned } from '../store/index.ts';
import type { Revision } from './comparison.ts';
import type { Host } from './host.ts';
import { absolutePath, displayPath, openManifest, readManifest } from './open-manifest.ts';

type DescribedRevision = ReportGuard['head'];

/** What is checked out. */
export interface HeadRevision {
  readonly revision: Revision;
  readonly described: DescribedRevision;
}

/** What it is compared with. */
export interface BaseRevision {
  /** null if that revision has no manifest: every kernel is new. */
  readonly revision: Revision | null;
  readonly described: DescribedRevision;
}

function describeHead(host: Host, root: string, folder: string): DescribedRevision {
  const question = { root, environment: host.environment };
  if (repositoryRoot(question) === null) return { label: displayPath(host, folder), commit: null };
  const commit = headCommit(question);
  return { label: commit.slice(0, 12), commit, dirty: isDirty(question) };
}

/** Head is what is on disk, committed or not. */
export function openHead(
  host: Host,
  manifestPath: string,
): HeadRevision & { readonly root: string; readonly path: string } {
  const { manifest, folder, root, path } = openManifest(host, manifestPath);
  return {
    revision: { manifest, tuned: readTunedIfPresent(join(folder, manifest.tunedPath)) },
    described: describeHead(host, root, folder),
    root,
    path,
  };
}

function tunedAt(reader: FileReader, manifest: Manifest, label: string): Tuned | null {
  const slash = manifest.path.lastIndexOf('/');
  const path = `${manifest.path.slice(0, slash + 1)}${manifest.tunedPath}`;
  const text = reader.read(path);
  return text === null ? null : parseTuned(text, `${path} of ${label}`);
}

function openBaseFolder(host: Host, folder: string, manifestName: string): BaseRevision {
  const path = join(folder, manifestName);
  const described = { label: displayPath(host, folder), commit: null };
  if (!existsSync(path)) return { revision: null, described };
  const { manifest } = openManifest(host, path);
  return {
    revision: { manifest, tuned: readTunedIfPresent(join(folder, manifest.tunedPath)) },
    described,
  };
}

function openBaseRevision(host: Host, revision: string, root: string, path: string): BaseRevision {
  const opened = openRevision({ root, revision, environment: host.environment });
  const manifest = readManifest({
    host,
    reader: opened.reader,
    path,
    shown: (file) => `${opened.label}:${file}`,
  });
  return {
    revision: manifest === null ? null : { manifest, tuned: tunedAt(opened.reader, manifest, opened.label) },
    described: { label: opened.label, commit: opened.commit },
  };
}

/**
 * Opens what head is compared with: a folder if there is one of that name, else a git revision.
 * @throws JoulegateError bad-input if it cannot be read: a baseline that should be there is never taken for none
 */
export function openBase(
  host: Host,
  options: { readonly base: string; readonly root: string; readonly path: string },
): BaseRevision {
  const folder = absolutePath(host, options.base);
  if (existsSync(folder) && statSync(folder).isDirectory()) {
    return openBaseFolder(host, folder, basename(options.path));
  }
  if (repositoryRoot({ root: options.root, environment: host.environment }) === null) {
    throw new JoulegateError(
      'bad-input',
      `"${options.base}" is no folder, and there is no git repository here.`,
      {
        code: 'no-base',
        nextStep: 'Give --base a folder that holds the base revision of the manifest.',
      },
    );
  }
  return openBaseRevision(host, options.base, options.root, options.path);
}
