import { basename, resolve } from 'node:path';

/** NVML as the driver installs it. */
const usualNvmlLibrary = process.platform === 'win32' ? 'nvml.dll' : 'libnvidia-ml.so.1';

/** NVML as the user names it, else as the driver installs it: a bare name, which the loader finds, or an absolute path. */
export function nvmlLibraryPath(named: string | undefined): string {
  const path = named ?? usualNvmlLibrary;
  return basename(path) === path ? path : resolve(path);
}
