/** An npm package with a native part, which cannot be bundled. */
export type NativePackage = 'webgpu' | 'koffi';

/** What is known of one file of a platform's native parts. */
export interface PinnedFile {
  readonly package: NativePackage;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** Files of one platform by name. */
export type PinnedFiles = Readonly<Record<string, PinnedFile>>;

/** What `pins.json` holds: everything that may be loaded from elsewhere than an installed package. */
export interface NativePins {
  /** Versions of the packages that the files are of. */
  readonly packages: Readonly<Record<NativePackage, string>>;
  /** By platform and architecture as Node names them: `linux-x64`. */
  readonly platforms: Readonly<Record<string, PinnedFiles>>;
}

/** The machine, as far as native parts care. */
export interface NativeHost {
  readonly platform: string;
  readonly arch: string;
  /** Version of glibc; null if the C library is another one (musl) or the system is not Linux. */
  readonly glibc: string | null;
}

/** Where native parts are looked for. */
export interface NativeSearch {
  /** The running bundle: `native/` is looked for beside it, packages from its folder upwards. */
  readonly bundlePath: string;
  /** A folder with this platform's files that someone else got; null if nobody did. */
  readonly suppliedFolder: string | null;
}

/** For tests; what is left out is the real thing. */
export interface NativeOptions {
  readonly pins?: NativePins | undefined;
  readonly host?: NativeHost | undefined;
}
