import generated from './pins.json' with { type: 'json' };
import type { NativeHost, NativePackage, NativePins, PinnedFiles } from './types.ts';

/** What this build was made with; written by scripts/native.mjs. */
export const builtPins = generated as NativePins;

/** `linux-x64`. */
export function platformName(host: NativeHost): string {
  return `${host.platform}-${host.arch}`;
}

/** Files of this host, of one package or of all; empty if none are pinned. */
export function pinnedFiles(pins: NativePins, host: NativeHost, of?: NativePackage): PinnedFiles {
  const files = Object.entries(pins.platforms[platformName(host)] ?? {});
  return Object.fromEntries(files.filter(([, file]) => of === undefined || file.package === of));
}
