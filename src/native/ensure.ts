import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import { DownloadFault, downloadNative } from './download.ts';
import { type Miss, type NativeContext, nativeContext, nativePlaces, notFoundError } from './find.ts';
import { pinnedFiles, platformName } from './pins.ts';
import type { NativeRelease } from './release.ts';
import { nativeFolderVariable } from './search.ts';
import type { NativeOptions, NativePackage, NativeSearch } from './types.ts';
import { verifyFolder } from './verify.ts';

const toolName = 'joulegate-native';
const packages: readonly NativePackage[] = ['webgpu', 'koffi'];

export interface EnsureTask {
  readonly search: NativeSearch;
  /** Where this version was released; null if that is not known. */
  readonly release: NativeRelease | null;
  /** Folder for the downloaded files, which must outlive the processes that load them. */
  readonly temporaryFolder: string;
  /** Whether the runner has a tool cache, which keeps them for later jobs. */
  readonly hasToolCache: boolean;
  /** Gets what is worth a line in the log. */
  note(text: string): void;
  readonly options?: NativeOptions | undefined;
}

export interface EnsuredNative {
  readonly source: 'present' | 'tool-cache' | 'release';
  /** Folder of what was fetched; null if everything was there without. */
  readonly folder: string | null;
  /** To be added to the environment that bundles are started with and `nativeSearch` is given. */
  readonly environment: Readonly<Record<string, string>>;
}

function supplied(source: 'tool-cache' | 'release', folder: string): EnsuredNative {
  return { source, folder, environment: { [nativeFolderVariable]: folder } };
}

/** Places of `name` that were looked at in vain; null if there is one that is good. */
function missesOf(name: NativePackage, context: NativeContext): Miss[] | null {
  const misses: Miss[] = [];
  for (const place of nativePlaces(name, context)) {
    if (!('reason' in place)) return null;
    misses.push(place);
  }
  return misses;
}

/**
 * What an earlier job left, unless it is of other files than these. Other jobs of the runner can write to the tool cache
 * while this one runs: the files are copied first, and the copy is what is verified and loaded.
 * @returns a fresh folder below the temporary one; null if the tool cache has nothing of use
 */
async function fromToolCache(
  { note, temporaryFolder }: EnsureTask,
  { pins, host }: NativeContext,
  version: string,
): Promise<string | null> {
  const { find } = await import('@actions/tool-cache');
  const folder = find(toolName, version, platformName(host));
  if (folder === '') return null;
  const pinned = pinnedFiles(pins, host);
  let copy: string | null = null;
  try {
    // Before copying: it says what is wrong with the file that is there, not with its copy.
    const missing = verifyFolder(folder, pinned);
    if (missing !== null) {
      note(`The tool cache's ${folder} is not used: ${missing}.`);
      return null;
    }
    await mkdir(temporaryFolder, { recursive: true });
    copy = await mkdtemp(join(temporaryFolder, 'joulegate-native-'));
    for (const name of Object.keys(pinned)) await copyFile(join(folder, name), join(copy, name));
    if (verifyFolder(copy, pinned) === null) return copy;
    note(`The tool cache's ${folder} is not used: it changed while it was read.`);
  } catch (error) {
    const isExpected = error instanceof JoulegateError || (error as NodeJS.ErrnoException).code !== undefined;
    if (!isExpected) throw error;
    note((error as Error).message);
  }
  if (copy !== null) await rm(copy, { recursive: true, force: true });
  return null;
}

/** For later jobs. This one uses its own copy, which no other job can replace. */
async function intoToolCache(
  folder: string,
  { host }: NativeContext,
  version: string,
  note: EnsureTask['note'],
): Promise<void> {
  const { cacheDir } = await import('@actions/tool-cache');
  try {
    await cacheDir(folder, toolName, version, platformName(host));
  } catch (error) {
    note(`Native parts were not kept for later jobs: ${error instanceof Error ? error.message : error}`);
  }
}

async function fetchNative(
  task: EnsureTask & { readonly release: NativeRelease },
  context: NativeContext,
): Promise<EnsuredNative> {
  const { release, temporaryFolder, hasToolCache, note } = task;
  const { pins, host } = context;
  const { version } = release;
  const cached = hasToolCache ? await fromToolCache(task, context, version) : null;
  if (cached !== null) return supplied('tool-cache', cached);
  note(
    `Downloading native parts for ${platformName(host)} from the release v${version} of ${release.repository}.`,
  );
  const folder = await downloadNative({ release, pins, host, temporaryFolder });
  if (hasToolCache) await intoToolCache(folder, context, version, note);
  return supplied('release', folder);
}

/** Why nothing may or can be fetched; null if it can. */
function fetchMiss({ release }: EnsureTask, { pins, host }: NativeContext): Miss | null {
  const where = 'the release of this action';
  if (Object.keys(pinnedFiles(pins, host)).length === 0) {
    return { where, reason: `refused, because this build pins no files for ${platformName(host)}` };
  }
  return release === null
    ? { where, reason: 'unknown, because the action was not taken from a repository of its own' }
    : null;
}

function actionError(misses: readonly Miss[], context: NativeContext): JoulegateError {
  const { message } = notFoundError('webgpu', context, misses);
  return new JoulegateError('could-not-measure', message, {
    code: 'no-native-part',
    nextStep:
      'Use a released version of the action, which has native parts, or run `npm ci` in its folder before.',
  });
}

/**
 * Makes sure that native parts are there before processes that load them are started: those beside the bundle, else
 * installed packages, else the tool cache, else the release of this very version. Only the action calls this; at a desk
 * nothing is ever downloaded.
 *
 * Without koffi some energy sensors cannot be read, but kernels run: that it cannot be fetched is only noted.
 * @throws JoulegateError (could-not-measure): `unsupported-platform`, `native-part-altered`, `no-native-part`
 */
export async function ensureNative(task: EnsureTask): Promise<EnsuredNative> {
  const context = nativeContext(task.search, task.options);
  const missing = new Map(packages.map((name) => [name, missesOf(name, context)]));
  const present: EnsuredNative = { source: 'present', folder: null, environment: {} };
  const lacking = packages.filter((name) => missing.get(name) !== null);
  if (lacking.length === 0) return present;

  let miss = fetchMiss(task, context);
  if (miss === null && task.release !== null) {
    try {
      return await fetchNative({ ...task, release: task.release }, context);
    } catch (error) {
      if (!(error instanceof DownloadFault)) throw error;
      miss = { where: error.url, reason: error.message };
    }
  }
  const found = missing.get('webgpu') ?? null;
  const misses = [...(found ?? missing.get('koffi') ?? []), ...(miss === null ? [] : [miss])];
  if (found !== null) throw actionError(misses, context);
  task.note(notFoundError('koffi', context, misses).message);
  return present;
}
