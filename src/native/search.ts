import { resolve } from 'node:path';
import type { NativeSearch } from './types.ts';

/** Names a folder with this platform's native parts; the action sets it for its own processes after a download. */
export const nativeFolderVariable = 'JOULEGATE_NATIVE';

/** Where a bundle looks for native parts. */
export function nativeSearch(
  bundlePath: string,
  environment: Readonly<Record<string, string | undefined>>,
): NativeSearch {
  const supplied = environment[nativeFolderVariable] ?? '';
  return { bundlePath, suppliedFolder: supplied === '' ? null : resolve(supplied) };
}
