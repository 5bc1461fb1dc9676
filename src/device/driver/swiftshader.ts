import { createHash } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { JoulegateError } from '../../errors/index.ts';
import { readTar } from './tar.ts';

/** The npm package whose archive holds SwiftShader for Linux x64, with a Vulkan loader. */
export const swiftshaderPackage = '@sparticuz/chromium';

const archiveName = 'swiftshader.tar.br';
const loaderName = 'libvulkan.so.1';
const manifestName = 'vk_swiftshader_icd.json';
const wantedNames = ['libvk_swiftshader.so', loaderName, manifestName] as const;

/** The archive unpacks to 15 MB; anything far beyond is not what we expect. */
const maxUnpackedBytes = 64 * 1024 * 1024;

/**
 * Looks for the package from `fromFile` upwards, as Node does.
 * @returns the archive's path, or null if the package is not installed.
 */
export function findSwiftshaderArchive(fromFile: string): string | null {
  try {
    const entry = createRequire(pathToFileURL(fromFile)).resolve(swiftshaderPackage);
    // <package>/build/cjs/index.cjs
    return join(dirname(entry), '..', '..', 'bin', archiveName);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

function refuse(message: string): JoulegateError {
  return new JoulegateError('could-not-measure', message, {
    code: 'unsafe-cache-folder',
    nextStep: 'Remove it, or choose a cache folder that only you can write to.',
  });
}

/** True if `folder` is there. Others must not be able to have put a driver there: it is loaded as code. */
async function isTrusted(folder: string): Promise<boolean> {
  let stats: Awaited<ReturnType<typeof lstat>>;
  try {
    stats = await lstat(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  if (!stats.isDirectory()) throw refuse(`${folder} is not a folder.`);
  const ownUser = process.getuid?.();
  if (ownUser !== undefined && stats.uid !== ownUser) throw refuse(`${folder} belongs to another user.`);
  if ((stats.mode & 0o022) !== 0) throw refuse(`${folder} can be written by other users.`);
  return true;
}

/** Where SwiftShader was unpacked to. */
export interface SwiftshaderFiles {
  readonly folder: string;
  readonly manifest: string;
}

/**
 * Unpacks the archive into a folder of its own below `cacheFolder`, named for its contents; at once if it is there.
 * Several processes may do so at the same time.
 * @throws JoulegateError (could-not-measure) if the archive is not what it should be or the folder cannot be trusted.
 */
export async function unpackSwiftshader(archivePath: string, cacheFolder: string): Promise<SwiftshaderFiles> {
  const packed = await readFile(archivePath);
  const digest = createHash('sha256').update(packed).digest('hex').slice(0, 16);
  const folder = join(cacheFolder, `swiftshader-${digest}`);
  const files = { folder, manifest: join(folder, manifestName) };
  if (await isTrusted(folder)) return files;

  const contents = new Map<string, Uint8Array>();
  try {
    const archive = brotliDecompressSync(packed, { maxOutputLength: maxUnpackedBytes });
    for (const file of readTar(archive)) contents.set(file.name.replace(/^\.\//, ''), file.contents);
  } catch (cause) {
    throw archiveError(archivePath, cause instanceof Error ? cause.message : String(cause), cause);
  }
  // Complete under another name first: the folder's presence means that everything is in it.
  const temporary = await newFolder(cacheFolder);
  try {
    for (const name of wantedNames) {
      const content = contents.get(name);
      if (content === undefined) throw archiveError(archivePath, `it has no ${name}`);
      await writeFile(join(temporary, name), content, { mode: 0o644 });
    }
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    const code = (error as NodeJS.ErrnoException).code;
    const another = code === 'EEXIST' || code === 'ENOTEMPTY';
    if (!another || !(await isTrusted(folder))) throw error;
  }
  return files;
}

/** @throws JoulegateError (could-not-measure, `cache-unwritable`) */
async function newFolder(cacheFolder: string): Promise<string> {
  try {
    await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
    return await mkdtemp(join(cacheFolder, '.swiftshader-'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new JoulegateError('could-not-measure', `The cache ${cacheFolder} cannot be written: ${reason}.`, {
      code: 'cache-unwritable',
      nextStep: 'Name a folder that you can write to in XDG_CACHE_HOME.',
      cause,
    });
  }
}

function archiveError(path: string, reason: string, cause?: unknown): JoulegateError {
  return new JoulegateError('could-not-measure', `${path} cannot be unpacked: ${reason}.`, {
    code: 'bad-swiftshader-archive',
    nextStep: `Reinstall ${swiftshaderPackage}.`,
    cause,
  });
}
