import type {
  BetweenLaunches,
  DeviceLimits,
  Fill,
  KernelDefinition,
  OutputCheck,
  ScalarType,
  Slot,
  SourceFile,
  SourcePosition,
  Workload,
} from '../manifest/index.ts';
import type { Configuration } from '../space/index.ts';

/** A buffer with everything worked out: what a device allocates, fills, binds and compares. */
export interface BufferBinding extends Slot {
  readonly name: string;
  readonly kind: 'storage' | 'read-only-storage' | 'uniform';
  readonly type: ScalarType;
  /** Number of scalar elements. */
  readonly length: number;
  readonly byteLength: number;
  readonly fill: Fill;
  /** The bytes of a fill `file`. Not for other processes. */
  readonly content?: () => Uint8Array;
  /** What prints the bytes of a fill `generate`. Not for other processes. */
  readonly generator?: CommandProgram;
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
  /** Passes alone share it: before a check it is poisoned. Absent means false. */
  readonly scratch?: boolean;
  /** Zeroed before each launch, or before each pass that binds it. Absent: never. */
  readonly clear?: 'launch' | 'pass';
  /**
   * Present on what launches change so that the next would work on something else: whether it is put back before each
   * launch, or stays as the last one left it.
   */
  readonly betweenLaunches?: BetweenLaunches;
}

/** Where a pass has one of its program's buffers. */
export interface PassBinding extends Slot, Pick<BufferBinding, 'kind'> {
  /** Index into the program's buffers. */
  readonly buffer: number;
}

/** Workgroups in x, y, z, or the buffer (an index into the program's) that holds them, and how far from its start. */
export type Workgroups =
  | readonly [number, number, number]
  | { readonly indirect: number; readonly offsetBytes: number };

/** Final WGSL with its launch. */
export interface Pass {
  /** Unique within the program. */
  readonly name: string;
  readonly wgsl: string;
  readonly entryPoint: string;
  readonly dispatch: Workgroups;
  /** Invocations per workgroup in x, y, z, evaluated from the source; null when unknown. */
  readonly workgroupSize: readonly [number, number, number] | null;
  /** What its entry point uses. */
  readonly bindings: readonly PassBinding[];
  /** SHA-256 (hex) over its tokens, entry point, dispatch and bindings; not over what its buffers hold. */
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
  /** Present if a program printed it: `lines` are lines of what it printed, and their `file` is empty. */
  readonly printed?: PrintedText;
}

/** What a program printed for a configuration. */
export interface PrintedText {
  readonly text: string;
  /** The program with its arguments. */
  readonly by: string;
  /** Where the manifest names it. */
  readonly at: SourcePosition;
}

/** All a device needs to run a variant: its launches in order, and the buffers that they share. */
export interface Program {
  /** At least one. */
  readonly passes: readonly Pass[];
  readonly buffers: readonly BufferBinding[];
  /** WebGPU features that must be requested, e.g. `shader-f16`. */
  readonly requiredFeatures: readonly string[];
  /** SHA-256 (hex) over canonical WGSL tokens, entry points, dispatches and buffers: equal means identical. */
  readonly identity: string;
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
  /**
   * How a running program of the same family (SHA-256, hex: files, build and arguments but for tunables) is told to become this
   * one, as `NAME=VALUE`. Absent: it cannot be.
   */
  readonly configure?: { readonly family: string; readonly values: readonly string[] };
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
  // It reads or writes beyond a buffer.
  | 'out-of-range'
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

/**
 * Has a program print WGSL; run once for each.
 * @param options.twice it is run a second time, and fails if it prints something else
 */
export type PrintSource = (
  program: CommandProgram,
  options: { readonly twice: boolean },
) => Promise<Outcome<string>>;

/** What variants are built for. */
export interface VariantBuilderOptions {
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly limits: DeviceLimits;
  /** WebGPU features of the device; absent: whatever a program enables. */
  readonly features?: readonly string[] | undefined;
  /** Absent: no program may be run, and what one would print cannot be built. */
  readonly print?: PrintSource | undefined;
}

/** Builds the variants of one kernel and workload. */
export interface VariantBuilder {
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  /**
   * Of a program that another prints, the default configuration is printed twice, and has to come out the same.
   * @param options.confirm so is this one
   */
  build(configuration: Configuration, options?: { readonly confirm?: boolean }): Promise<Outcome<Variant>>;
  /** The variant whose outputs are right by definition. */
  reference(): Promise<Outcome<Variant>>;
  /** Static features of a variant that `build` returned. */
  features(variant: Variant): FeatureVector;
  /** The same for a configuration that is not built: far quicker; null for one that `build` refuses. */
  featuresOf(configuration: Configuration): Promise<FeatureVector | null>;
  /** Why a configuration cannot be run, in one sentence, as far as that is known without trying; null if it can. */
  refusal(configuration: Configuration): Promise<string | null>;
  /** What a program prints for each pass of a configuration, in order; empty where it is there, or cannot be had. */
  printed(configuration: Configuration): Promise<readonly PrintedText[]>;
  /** Whether `refusal` builds what it is asked for, which takes milliseconds, rather than looks at the source. */
  readonly buildsToTell: boolean;
}
