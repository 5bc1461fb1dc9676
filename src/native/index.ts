export { type EnsuredNative, type EnsureTask, ensureNative } from './ensure.ts';
export { hostProblem, readNativeHost } from './host.ts';
export { type Koffi, loadKoffi, loadWebgpu, type Webgpu } from './load.ts';
export { builtPins } from './pins.ts';
export { type NativeRelease, nativeRelease } from './release.ts';
export { nativeFolderVariable, nativeSearch } from './search.ts';
export type { NativeHost, NativeOptions, NativePackage, NativePins, NativeSearch } from './types.ts';
