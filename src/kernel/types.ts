import type {
  BetweenLaunches,
  Fill,
  KernelDefinition,
  OutputCheck,
  ScalarType,
  SourceFile,
  Workload,
} from '../manifest/index.ts';
import type { Configuration } from '../space/index.ts';

/** A buffer with everything worked out: what a device allocates, fills, binds and compares. */
export interface BufferBinding {
  readonly name: string;
  readonly group: number;
  readonly binding: number;
  readonly kind: 'storage' | 'read-only-storage' | 'uniform';
  readonly type: ScalarType;
  /** Number of scalar elements. */
  readonly length: number;
  readonly byteLength: number;
  readonly fill: Fill;
  readonly seed: number;
  /** What it holds, scalar by scalar, where the manifest lists it; null where it is filled. */
  readonly values: readonly number[] | null;
  /** Where each of `values` stands. Absent: they follow each other, all of `type`. */
  readonly slots?: readonly { readonly type: ScalarType; readonly offsetBytes: number }[];
  /** What the user should know of its values. */
  readonly remark?: string;
  /** Present on outputs that are compared with the reference. */
  readonly check: OutputCheck | null;
  /**
   * The program reads what the buffer holds (in place, atomics), so before a check it is filled rather than poisoned.
   * Absent means false.
   */
  readonly readsInitial?: boolean;
  /**
   * Present on what launches change so that the next would work on something else: whether it is put back before each
   * launch, or stays as the last one left it.
   */
  readonly betweenLaunches?: BetweenLaunches;
}

/** Final WGSL with its launch: all a device needs to run it. */
export interface Program {
  readonly wgsl: string;
  readonly entryPoint: string;
  /** Workgroups in x, y, z. */
  readonly dispatch: readonly [number, number, number];
  /** Invocations per workgroup in x, y, z, evaluated from the source; null when unknown. */
  readonly workgroupSize: readonly [number, number, number] | null;
  readonly buffers: readonly BufferBinding[];
  /** WebGPU features that must be requested, e.g. `shader-f16`. */
  readonly requiredFeatures: readonly string[];
  /** SHA-256 (hex) over canonical WGSL tokens, entry point, dispatch and buffers: equal means identical. */
  readonly identity: string;
  /**
   * For each 1-based line of `wgsl` at index line - 1, the user's file and line; null when unknown.
   * `column` is where its first word stands in the user's file.
   */
  readonly lines: readonly ({
    readonly file: string;
    readonly line: number;
    readonly column?: number;
  } | null)[];
}

/** A program of another kind with its arguments: all a device needs to build and run it. */
export interface CommandProgram {
  readonly run: readonly string[];
  /** null: there is nothing to build. */
  readonly build: readonly string[] | null;
  /** Folder to build and run it in, relative to where `files` are put. */
  readonly folder: string;
  readonly files: Readonly<Record<string, SourceFile>>;
  /** What it writes, one file each. */
  readonly outputs: readonly BufferBinding[];
  /** SHA-256 (hex) over files and `build`: programs of equal ones may run in one folder. */
  readonly buildIdentity: string;
  /** SHA-256 (hex) over files, arguments and outputs: equal means identical. */
  readonly identity: string;
}

/** A kernel specialised by one configuration and workload. Of a recording's neither `program` nor `command` is known. */
export interface Variant {
  readonly kernel: string;
  readonly workload: string;
  readonly configuration: Configuration;
  /** `kernel/workload/configuration id`, for messages and logs. */
  readonly id: string;
  /** null if it is no WGSL. */
  readonly program: Program | null;
  /** Present if it is a program of another kind. */
  readonly command?: CommandProgram;
}

export type FailureKind =
  | 'compile'
  | 'validation'
  | 'unsupported'
  | 'wrong-result'
  | 'not-a-number'
  | 'unwritten'
  | 'out-of-memory'
  | 'timeout'
  | 'crash'
  | 'device-lost'
  | 'recorded'
  // Its energy could not be measured; says nothing against the variant itself.
  | 'void-window';

/** Why a variant cannot be used. It costs that variant, never the run. */
export interface VariantFailure {
  readonly kind: FailureKind;
  readonly message: string;
  /** The user's file and line, where the fault has one. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: VariantFailure };

/** Static features of a program in a fixed order (`featureNames`); NaN where unknown. */
export type FeatureVector = Float64Array;

/** Builds the variants of one kernel and workload. */
export interface VariantBuilder {
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  build(configuration: Configuration): Promise<Outcome<Variant>>;
  /** The variant whose outputs are right by definition. */
  reference(): Promise<Outcome<Variant>>;
  /** Static features of a variant that `build` returned. */
  features(variant: Variant): FeatureVector;
  /** The same for a configuration that is not built: far quicker; null for one that `build` refuses. */
  featuresOf(configuration: Configuration): Promise<FeatureVector | null>;
}
