import { gunzipSync } from 'node:zlib';
import type { PinnedFile } from './types.ts';
import { alteredError, verifyContents } from './verify.ts';

/** The release of the running version, in the action's own repository. */
export interface NativeRelease {
  /** `https://github.com`, without a trailing slash. */
  readonly serverUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Without a `v`. */
  readonly version: string;
}

/**
 * Where the running action came from, out of what the runner says.
 * @returns null if it did not come out of a repository of its own: `uses: ./`, or no action at all
 */
export function nativeRelease(
  environment: Readonly<Record<string, string | undefined>>,
  version: string,
): NativeRelease | null {
  const repository = environment.GITHUB_ACTION_REPOSITORY ?? '';
  const serverUrl = (environment.GITHUB_SERVER_URL ?? '').replace(/\/+$/, '');
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository) || !/^https?:\/\/[\w.:-]+$/.test(serverUrl)) return null;
  return { serverUrl, repository, version };
}

/** Release assets are single files, compressed: `native-linux-x64-dawn.node.gz`. scripts/release.mjs makes them. */
export function assetUrl(release: NativeRelease, platform: string, name: string): string {
  const { serverUrl, repository, version } = release;
  return `${serverUrl}/${repository}/releases/download/v${version}/native-${platform}-${name}.gz`;
}

/**
 * Unpacks an asset, never to more than the file it should be.
 * @throws JoulegateError (could-not-measure, `native-part-altered`) if it is anything else
 */
export function unpackAsset(url: string, packed: Uint8Array, pin: PinnedFile): Uint8Array {
  let contents: Uint8Array;
  try {
    contents = gunzipSync(packed, { maxOutputLength: pin.bytes });
  } catch (cause) {
    throw alteredError(`${url} does not unpack to the ${pin.bytes} bytes that it should hold`, cause);
  }
  verifyContents(url, contents, pin);
  return contents;
}
