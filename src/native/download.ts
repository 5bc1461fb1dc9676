import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pinnedFiles, platformName } from './pins.ts';
import { assetUrl, type NativeRelease, unpackAsset } from './release.ts';
import type { NativeHost, NativePins } from './types.ts';

/** A file that could not be fetched: its address and why. */
export class DownloadFault extends Error {
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'DownloadFault';
    this.url = url;
  }
}

/**
 * Fetches and checks every native part of this platform.
 * @returns a fresh folder below `temporaryFolder`
 * @throws DownloadFault; JoulegateError (could-not-measure, `native-part-altered`). Then nothing is left behind.
 */
export async function downloadNative(task: {
  readonly release: NativeRelease;
  readonly pins: NativePins;
  readonly host: NativeHost;
  readonly temporaryFolder: string;
}): Promise<string> {
  const { release, pins, host, temporaryFolder } = task;
  // Loaded only now: most runs need no download.
  const { downloadTool } = await import('@actions/tool-cache');
  await mkdir(temporaryFolder, { recursive: true });
  const folder = await mkdtemp(join(temporaryFolder, 'joulegate-native-'));
  try {
    for (const [name, pin] of Object.entries(pinnedFiles(pins, host))) {
      const url = assetUrl(release, platformName(host), name);
      const packedPath = join(folder, `${name}.gz`);
      // No token goes along: releases of public repositories need none, and addresses redirect to other hosts.
      await downloadTool(url, packedPath).catch((error: unknown) => {
        throw new DownloadFault(url, error);
      });
      await writeFile(join(folder, name), unpackAsset(url, await readFile(packedPath), pin));
      await rm(packedPath);
    }
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
