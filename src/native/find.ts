import { dirname, join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import { hostProblem, readNativeHost } from './host.ts';
import { findInstalled } from './installed.ts';
import { builtPins, pinnedFiles, platformName } from './pins.ts';
import type { NativeHost, NativeOptions, NativePackage, NativePins, NativeSearch } from './types.ts';
import { verifyFolder } from './verify.ts';

/** A place where a package's native part is. Files of a folder have been verified, an installed package is npm's affair. */
export type NativePlace =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'package'; readonly entry: string };

/** A place that was looked at in vain. */
export interface Miss {
  readonly where: string;
  readonly reason: string;
}

/** What a search is done with, defaults filled in. */
export interface NativeContext {
  readonly search: NativeSearch;
  readonly pins: NativePins;
  readonly host: NativeHost;
}

/** @throws JoulegateError (could-not-measure, `unsupported-platform`) if no native part can work on this machine */
export function nativeContext(search: NativeSearch, options: NativeOptions = {}): NativeContext {
  const pins = options.pins ?? builtPins;
  const host = options.host ?? readNativeHost();
  const problem = hostProblem(host, pins);
  if (problem !== null) throw problem;
  return { search, pins, host };
}

/** `dist/native/linux-x64` of the bundle's own folder. */
export function bundledFolder({ search, host }: NativeContext): string {
  return join(dirname(search.bundlePath), 'native', platformName(host));
}

/**
 * Places of a package's native part in the order of preference: beside the bundle, installed, supplied. The caller
 * takes the first that loads.
 * @throws JoulegateError (could-not-measure, `native-part-altered`)
 */
export function* nativePlaces(name: NativePackage, context: NativeContext): Generator<NativePlace | Miss> {
  const { search, pins, host } = context;
  const pinned = pinnedFiles(pins, host, name);
  const inFolder = (folder: string): NativePlace | Miss => {
    const missing = verifyFolder(folder, pinned);
    return missing === null ? { kind: 'folder', folder } : { where: folder, reason: missing };
  };
  yield inFolder(bundledFolder(context));
  const installed = findInstalled(name, search.bundlePath, host);
  yield installed.ok
    ? { kind: 'package', entry: installed.entry }
    : { where: `node_modules from ${dirname(search.bundlePath)} upwards`, reason: installed.reason };
  if (search.suppliedFolder !== null) yield inFolder(search.suppliedFolder);
}

/** Nothing worked: says what was tried, and what to do at a desk. */
export function notFoundError(
  name: NativePackage,
  { pins, host }: NativeContext,
  misses: readonly Miss[],
): JoulegateError {
  const packages = Object.entries(pins.packages).map(([of, version]) => `${of}@${version}`);
  const tried = misses.map(({ where, reason }) => `${where}: ${reason}`).join('; ');
  return new JoulegateError(
    'could-not-measure',
    `The native part of ${name} for ${platformName(host)} could not be loaded. Tried ${tried}.`,
    {
      code: 'no-native-part',
      nextStep: `Run \`npm install ${packages.join(' ')}\` in Joulegate's folder or one above it.`,
    },
  );
}
