import type { Expression } from '../expression/index.ts';
import type { Configuration, Tunable } from '../space/index.ts';
import type { BlockFormat } from './block-formats.ts';
import type { Objective } from './objective.ts';
import type { Verdict } from './verdict.ts';

/** 1-based position in a file the user wrote. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where a text comes from that need not be a file as it is. */
export interface TextOrigin {
  /** The place that the user knows of an offset of the text, counted from 0. */
  place(offset: number): SourcePosition;
}

/** What a program's text is before it is a program. */
export interface TemplateMarks {
  /** Lines for a C preprocessor. */
  readonly directives: boolean;
  /** Places for values, `{{ NAME }}`. */
  readonly placeholders: boolean;
}

/** One fault of the manifest, ready to be printed with its source line and a caret. */
export interface ManifestProblem extends SourcePosition {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly nextStep: string | null;
  /** Length of what the caret line underlines, in characters, at least 1. */
  readonly length: number;
  readonly sourceLine: string;
}

/** Budget per kernel and workload. */
export interface Budget {
  readonly trials: number;
  readonly searchSeconds: number;
  readonly judgeSeconds: number;
}

export interface MetricGate {
  /** Relative change that is tolerated: 0.03 for 3 %. */
  readonly margin: number;
}

export interface Gate {
  readonly energy: MetricGate & {
    /** Whether energy that no sensor measured may fail the run. Off unless the manifest says so. */
    readonly allowEstimated: boolean;
    /** Whether energy may fail the run whose sensor counts more than the GPU's board: a CPU, a machine. Absent: no. */
    readonly allowShared?: boolean;
  };
  readonly latency: MetricGate;
  readonly failOn: readonly Verdict[];
  /** Label of a pull request that accepts regressions; absent if there is none. */
  readonly acceptLabel?: string;
}

export type WorkloadParameter = number | boolean | string;

/** Problem sizes. `name` is unique within the kernel and readable: `ROWS=4096,COLS=1024`. */
export interface Workload {
  readonly name: string;
  readonly parameters: Readonly<Record<string, WorkloadParameter>>;
}

export type ScalarType = 'f32' | 'f16' | 'i32' | 'u32';

export type FillName = 'zeros' | 'ones' | 'normal' | 'uniform' | 'index';

/** What a buffer holds before a launch, with every number worked out. Plain data: equal fills hold the same. */
export type Fill =
  | FillName
  /** Whole numbers from the first to below the second. */
  | { readonly integers: readonly [number, number] }
  /** The whole numbers below it, each once. */
  | { readonly permutation: number }
  /** 0, and on by steps from the first to below the second. */
  | { readonly cumulative: readonly [number, number] }
  | { readonly blocks: BlockFormat }
  /** Bytes that come from elsewhere: SHA-256 (hex) of a file, or of what a program is run from. */
  | { readonly file: string }
  | { readonly generate: string };

/**
 * A program that prints: a buffer's bytes, or WGSL. In its arguments `{NAME}` stands for a workload parameter, of what prints
 * WGSL for a tunable too.
 */
export interface GeneratorDefinition {
  readonly run: readonly string[];
  /** Folder it is run in: as of a `command`. */
  readonly folder: string;
  readonly files: Readonly<Record<string, SourceFile>>;
}

/** What a buffer holds before a launch, as the manifest has it. */
export type FillDefinition =
  | FillName
  | { readonly integers: readonly Expression[] }
  | { readonly permutation: readonly Expression[] }
  | { readonly cumulative: readonly Expression[] }
  | { readonly values: readonly Expression[] }
  | { readonly blocks: BlockFormat | { readonly parameter: string } }
  | { readonly file: { readonly path: string; readonly source: SourceFile } }
  | { readonly generate: GeneratorDefinition };

/** How an output is compared with the reference: |actual - expected| <= absolute + relative * |expected|. */
export interface OutputCheck {
  readonly relative: number;
  readonly absolute: number;
  /** NaN equals NaN. Absent: it equals nothing. */
  readonly nan?: 'equal';
  /** How elements in any order are compared. Absent: one by one, in their places. */
  readonly as?: 'set' | 'multiset' | 'sum' | 'sorted';
}

export interface BufferDefinition extends Slot {
  readonly name: string;
  /** null: as the program has it. */
  readonly kind: 'storage' | 'uniform' | null;
  /** Element type expression; a string workload parameter may be named, e.g. `type`. Of listed values f32 unless given. */
  readonly type: ScalarType | { readonly parameter: string };
  /** Number of scalar elements. */
  readonly length: Expression;
  readonly fill: FillDefinition;
  /** Where the fill stands in the manifest, or one of its values. Only of one that is more than a name. */
  readonly fillAt?: (index?: number) => SourcePosition;
  readonly seed: number;
  /** Present on outputs: how they are compared with the reference. */
  readonly check: OutputCheck | null;
  /** What it holds, scalar by scalar; their types are the program's. null where it is filled. */
  readonly values: readonly Expression[] | null;
  /** Passes alone share it, and nobody knows what it holds before a launch. Absent means false. */
  readonly scratch?: boolean;
  /** Zeroed before each launch of the kernel, or before each pass that binds it. Absent: never. */
  readonly clear?: 'launch' | 'pass';
  /** Where it stands in the manifest. Only of scratch. */
  readonly at?: () => SourcePosition;
  /** Where one of the values stands in the manifest, or all of them. Only of values. */
  readonly valuesAt?: (index?: number) => SourcePosition;
}

/** What prints a program for a configuration. */
export interface SourceGenerator extends GeneratorDefinition {
  /** Where it stands in the manifest. */
  readonly at: () => SourcePosition;
}

/** The files a program is linked from, by path relative to the manifest's folder (operators: virtual paths). */
export interface ProgramSource {
  /** Path of the root module, or of the file that it stands in; empty if it is printed. */
  readonly path: string;
  readonly language: 'wesl' | 'wgsl';
  /** Root module and everything it may import or include. Empty if it is printed. */
  readonly files: Readonly<Record<string, string>>;
  /** Where the texts of files come from that hold more than the program. */
  readonly origins?: Readonly<Record<string, TextOrigin>>;
  /** What is to be done to the root module before it is a program. Absent: nothing. */
  readonly template?: TemplateMarks;
  /** What prints it. Absent: it is there. */
  readonly generator?: SourceGenerator;
  /** Roots of WESL packages by the names that modules have for them, its own `package`. Absent: that is the root module's folder. */
  readonly roots?: Readonly<Record<string, string>>;
  /** Why a package that a module may name is not there, by name. Absent: nothing is missing. */
  readonly missing?: Readonly<Record<string, string>>;
}

/** Where a program has a variable: `@group` and `@binding`. */
export interface Slot {
  readonly group: number;
  readonly binding: number;
}

/** Workgroups in x, y and z, or the buffer that holds them, `offset` bytes from its start. */
export type Dispatch =
  | readonly [Expression, Expression, Expression]
  | {
      readonly indirect: string;
      readonly offset: Expression;
      /** Where it stands in the manifest. */
      readonly at?: () => SourcePosition;
    };

/** One launch of a kernel. */
export interface PassDefinition {
  /** Unique within the kernel. */
  readonly name: string;
  readonly source: ProgramSource;
  readonly entry: string;
  readonly dispatch: Dispatch;
  /** Left out where it is false; null: never. */
  readonly when: Expression | null;
  /** Where this pass has buffers that it does not have where `buffers` says, by name. */
  readonly bindings: Readonly<Record<string, Slot>>;
  /** Where its entry stands in the manifest. */
  readonly at?: () => SourcePosition;
}

export interface ReferenceDefinition {
  readonly passes: readonly PassDefinition[];
}

/** A file that a program of another kind is built from. */
export interface SourceFile {
  /** SHA-256 (hex) of its content. */
  readonly digest: string;
  readonly executable: boolean;
  /** Its content, as it was when the manifest was read. */
  readonly content: () => Uint8Array;
}

/** What a `command` kernel computes: `length` scalars in a row, little endian. */
export interface OutputDefinition {
  readonly name: string;
  readonly type: ScalarType | { readonly parameter: string };
  readonly length: Expression;
  readonly check: OutputCheck;
}

/** A kernel that is a program of any kind. In its arguments `{NAME}` stands for a tunable or workload parameter. */
export interface CommandDefinition {
  readonly run: readonly string[];
  /** null: there is nothing to build. */
  readonly build: readonly string[] | null;
  /** null: the default configuration is the reference. */
  readonly reference: readonly string[] | null;
  /** Folder it is built and run in: the manifest's, relative to the repository; empty for the repository itself. */
  readonly folder: string;
  /** Everything that is there then, by path relative to the repository. */
  readonly files: Readonly<Record<string, SourceFile>>;
  readonly outputs: readonly OutputDefinition[];
}

/** Whether a launch starts from the described contents or from what the last one left. */
export type BetweenLaunches = 'reset' | 'keep';

export interface KernelDefinition {
  readonly name: string;
  /** The operator it comes from, or null. */
  readonly operator: string | null;
  /** A kernel no pull request touches: its movement means the environment changed. */
  readonly sentinel: boolean;
  readonly position: SourcePosition;
  /** Its launches, in order: a trial is all of them. Empty if it is a program of another kind. */
  readonly passes: readonly PassDefinition[];
  readonly workloads: readonly Workload[];
  readonly tunables: readonly Tunable[];
  readonly constraints: readonly Expression[];
  readonly defaults: Configuration;
  readonly buffers: readonly BufferDefinition[];
  /** null: the default configuration is the reference. */
  readonly reference: ReferenceDefinition | null;
  /** Absent: reset where the program changes what it reads. */
  readonly betweenLaunches?: BetweenLaunches;
  /** Present if the kernel is a program of another kind: then `passes`, `buffers` and `reference` are empty. */
  readonly command?: CommandDefinition;
  /** Launches a day by the name of the workload, of those of which it is known. */
  readonly callsPerDay: ReadonlyMap<string, number>;
  /** The manifest's objective, gate and budget with this kernel's own settings laid over. */
  readonly objective: Objective;
  readonly gate: Gate;
}

/** Kernels that belong together, with how often an inference launches each. */
export interface Network {
  readonly name: string;
  readonly position: SourcePosition;
  /** Each kernel and workload once, in the manifest's order. */
  readonly calls: readonly NetworkCall[];
  /** Milliseconds that each dispatch costs beside its kernel. */
  readonly launchOverheadMs: number;
  /** Shares of the network's work that `calls` are, as the manifest has them; null where it says nothing. */
  readonly covers: { readonly macs: number | null; readonly bytes: number | null };
  readonly inferencesPerDay: number | null;
  readonly gate: Gate;
}

/** What an inference launches of one kernel and workload. */
export interface NetworkCall {
  readonly kernel: string;
  readonly workload: string;
  /** Launches per inference, above 0; an average may have a fraction. */
  readonly calls: number;
}

export interface Manifest {
  /** Path as the user gave it. */
  readonly path: string;
  readonly objective: Objective;
  readonly budget: { readonly guard: Budget; readonly retune: Budget };
  readonly gate: Gate;
  readonly kernels: readonly KernelDefinition[];
  readonly networks: readonly Network[];
  /** Path of the tuned state, relative to the manifest's folder; `tuned.json` unless given. */
  readonly tunedPath: string;
}

/** What an adapter can do, as far as constraints and programs may ask. Names are the CEL variables. */
export interface DeviceLimits {
  readonly max_workgroup_storage: number;
  readonly max_invocations: number;
  readonly max_workgroup_size_x: number;
  readonly max_workgroup_size_y: number;
  readonly max_workgroup_size_z: number;
  readonly max_workgroups: number;
  readonly max_buffer_bytes: number;
  readonly has_f16: boolean;
  readonly has_subgroups: boolean;
  readonly subgroup_min: number;
  readonly subgroup_max: number;
}

/** An operator of the library, as the manifest reader needs it. Operators are data. */
export interface OperatorDefinition {
  readonly name: string;
  /** The manifest fragment (YAML text): a kernel entry without `workloads`. */
  readonly fragment: string;
  /** `.wesl` files by path, the paths the fragment names. */
  readonly files: Readonly<Record<string, string>>;
}

/** A file as it is. */
export interface FileContent {
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

/** Where a manifest's files come from: a folder on disk or a git revision. Paths are relative, with `/`. */
export interface FileReader {
  /** null if there is no such file. */
  read(path: string): string | null;
  /** A file of any kind; null if there is none. */
  readBytes(path: string): FileContent | null;
  /** Files below a folder, recursively, as paths relative to the reader's root; bounded. */
  list(folder: string): readonly string[];
  /**
   * The file at a path, or those below it, that a copy of the project would have: of a working tree what git ignores is
   * left out.
   * @throws JoulegateError (bad-input, `source-not-in-git`) for what git does not keep as it is: submodules, filtered files
   */
  listSources(path: string): readonly string[];
}
