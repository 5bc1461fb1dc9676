export { type EnsureTask, ensureNative } from './ensure.ts';
export { hostProblem, readNativeHost } from './host.ts';
export { loadKoffi, loadWebgpu } from './load.ts';
export { builtPins } from './pins.ts';
export { nativeRelease } from './release.ts';
export { nativeFolderVariable, nativeSearch } from './search.ts';
export type { NativeHost, NativePins, NativeSearch } from './types.ts';
