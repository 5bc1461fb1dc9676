import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type Miss,
  type NativeContext,
  type NativePlace,
  nativeContext,
  nativePlaces,
  notFoundError,
} from './find.ts';
import type { NativeOptions, NativePackage, NativeSearch } from './types.ts';

/** Dawn for Node: `create` makes a `GPU`, `globals` are WebGPU's classes and constants. */
export type Webgpu = Pick<typeof import('webgpu'), 'create' | 'globals'>;

/** Calls functions of shared libraries. */
export type Koffi = Omit<typeof import('koffi'), 'default'>;

/** The first place from which `open` succeeds. One that fails to load is passed over, one that was altered is not. */
async function loadFirst<Loaded>(
  name: NativePackage,
  context: NativeContext,
  open: (place: NativePlace) => Promise<Loaded>,
): Promise<Loaded> {
  const misses: Miss[] = [];
  for (const place of nativePlaces(name, context)) {
    if ('reason' in place) {
      misses.push(place);
      continue;
    }
    try {
      return await open(place);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      misses.push({ where: place.kind === 'folder' ? place.folder : place.entry, reason: firstLine(reason) });
    }
  }
  throw notFoundError(name, context, misses);
}

/** The loader's reason; Node adds the modules that required it. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.trim();
}

/**
 * Loads Dawn. Both ways run the package's own JavaScript, which makes `GPUDevice.destroy` unmap buffers.
 * @throws JoulegateError (could-not-measure): `unsupported-platform`, `native-part-altered`, `no-native-part`
 */
export async function loadWebgpu(search: NativeSearch, options?: NativeOptions): Promise<Webgpu> {
  return loadFirst('webgpu', nativeContext(search, options), async (place) => {
    const entry = place.kind === 'folder' ? join(place.folder, 'webgpu.mjs') : place.entry;
    return (await import(pathToFileURL(entry).href)) as Webgpu;
  });
}

/**
 * Loads koffi. From a folder it comes without the package's JavaScript, which only adds deprecated functions.
 * @throws JoulegateError (could-not-measure): `unsupported-platform`, `native-part-altered`, `no-native-part`
 */
export async function loadKoffi(search: NativeSearch, options?: NativeOptions): Promise<Koffi> {
  return loadFirst('koffi', nativeContext(search, options), async (place) => {
    const entry = place.kind === 'folder' ? join(place.folder, 'koffi.node') : place.entry;
    return createRequire(pathToFileURL(search.bundlePath))(entry) as Koffi;
  });
}
