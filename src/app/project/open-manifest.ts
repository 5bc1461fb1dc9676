import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { openFolder, openRepository, openWorkTree, type Repository } from '../../git/index.ts';
import {
  type FileReader,
  formatProblems,
  type KernelDefinition,
  type Manifest,
  parseManifest,
} from '../../manifest/index.ts';
import { operators } from '../../operators/index.ts';
import type { Host } from '../host.ts';

export interface OpenedManifest {
  readonly manifest: Manifest;
  /** Folder of the manifest, absolute. */
  readonly folder: string;
  /** Folder that bounds what the manifest may name: the repository, or the manifest's own folder outside one. */
  readonly root: string;
  /** The repository around it; null outside one. */
  readonly repository: Repository | null;
  /** Path of the manifest below `root`, with `/`. */
  readonly path: string;
}

export function absolutePath(host: Host, path: string): string {
  return isAbsolute(path) ? path : resolve(host.workingDirectory, path);
}

/** A path as the user would type it from the working directory. */
export function displayPath(host: Host, path: string): string {
  const below = relative(host.workingDirectory, path);
  return below === '' ? '.' : below;
}

/** The folder of a path below a reader's root; empty for the root itself. */
export function folderIn(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/**
 * Reads a manifest through a reader.
 * @param options.path path below the reader's root; `shown` is how messages name it
 * @returns null if there is no such file
 * @throws JoulegateError bad-input with every fault, each with its place and what to do
 */
export function readManifest(options: {
  readonly host: Host;
  readonly reader: FileReader;
  readonly path: string;
  readonly shown: string;
  /** Instead of what the file holds. */
  readonly text?: string | undefined;
}): Manifest | null {
  const { host, reader, path, shown } = options;
  const text = options.text ?? reader.read(path);
  if (text === null) return null;
  const { manifest, problems } = parseManifest({
    path: shown,
    text,
    reader,
    folder: folderIn(path),
    operators,
  });
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (manifest === null || errors.length > 0) {
    const faults = errors.length === 1 ? 'a fault' : `${errors.length} faults`;
    throw new JoulegateError(
      'bad-input',
      `${shown} has ${faults}.\n\n${formatProblems(problems, { colour: false })}`,
      { code: 'bad-manifest' },
    );
  }
  for (const warning of problems) host.progress.warn(formatProblems([warning], { colour: false }));
  return manifest;
}

/**
 * @param text instead of what the file holds
 * @throws JoulegateError bad-input if it is missing or has faults
 */
export function openManifest(host: Host, path: string, text?: string): OpenedManifest {
  const absolute = absolutePath(host, path);
  const folder = dirname(absolute);
  const repository = repositoryOf(host, folder);
  const root = repository?.root ?? folder;
  const below = relative(root, absolute).split(sep).join('/');
  const manifest = readManifest({
    host,
    reader: repository === null ? openFolder(root) : openWorkTree(repository),
    path: below,
    shown: displayPath(host, absolute),
    text,
  });
  if (manifest === null) {
    throw new JoulegateError('bad-input', `${path} does not exist.`, {
      code: 'no-manifest',
      nextStep:
        'Name the manifest, as in `joulegate validate FILE`, or have one written with `joulegate init`.',
    });
  }
  return { manifest, folder, root, repository, path: below };
}

/** The repository around a folder; null without one, also where git itself is missing or refuses. */
export function repositoryOf(host: Host, folder: string): Repository | null {
  try {
    return openRepository({ root: folder, environment: host.environment });
  } catch (error) {
    if (!(error instanceof JoulegateError)) throw error;
    host.progress.warn(`${error.message}. The manifest may only name files below its own folder.`);
    return null;
  }
}

/** @throws JoulegateError bad-input for a name that no kernel has */
export function selectKernels(
  manifest: Manifest,
  names: readonly string[] | null,
): readonly KernelDefinition[] {
  if (names === null) return manifest.kernels;
  const unknown = names.find((name) => !manifest.kernels.some((kernel) => kernel.name === name));
  if (unknown !== undefined) {
    const known = manifest.kernels.map((kernel) => kernel.name).join(', ');
    throw new JoulegateError('bad-input', `${manifest.path} has no kernel "${unknown}".`, {
      code: 'unknown-kernel',
      nextStep: `It has: ${known}`,
    });
  }
  return manifest.kernels.filter(({ name }) => names.includes(name));
}
