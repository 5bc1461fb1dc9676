import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NativeHost, NativePackage } from './types.ts';

/** An installed package's entry, or why it cannot be used. */
export type Installed =
  | { readonly ok: true; readonly entry: string }
  | { readonly ok: false; readonly reason: string };

function resolveFrom(file: string, name: string): string | null {
  try {
    return createRequire(pathToFileURL(file)).resolve(name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return null;
    throw error;
  }
}

/** npm leaves out koffi's package for the platform with `--omit=optional`, or when the folder came from another machine. */
function hasBinary(name: NativePackage, entry: string, host: NativeHost): boolean {
  const { platform, arch } = host;
  if (name === 'webgpu') {
    const folder = `${platform}-${platform === 'darwin' ? 'universal' : arch}`;
    return existsSync(join(dirname(entry), 'dist', folder, 'dawn.node'));
  }
  const built = existsSync(join(dirname(entry), 'build', 'koffi'));
  return built || resolveFrom(entry, `@koromix/koffi-${platform}-${arch}`) !== null;
}

/** Looks for a package as Node does, from the bundle's folder upwards, without loading it. */
export function findInstalled(name: NativePackage, bundlePath: string, host: NativeHost): Installed {
  const entry = resolveFrom(bundlePath, name);
  if (entry === null) return { ok: false, reason: `the npm package ${name} is not installed` };
  if (!hasBinary(name, entry, host)) {
    return {
      ok: false,
      reason: `the npm package ${name} in ${dirname(entry)} has no binary for ${host.platform}-${host.arch}`,
    };
  }
  return { ok: true, entry };
}
