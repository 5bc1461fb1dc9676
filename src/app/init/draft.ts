/** A value of the manifest: known, guessed, or to be filled in by the user. `note` says what it is. */
export interface Blank<T> {
  /** null: only the user can know it. */
  readonly value: T | null;
  readonly note: string | null;
  /** The value runs, and need not be what ships. */
  readonly isGuess?: boolean;
}

export interface DraftParameter extends Blank<number | boolean | string> {
  readonly name: string;
}

export interface DraftTunable {
  readonly name: string;
  readonly values: Blank<readonly (number | boolean | string)[]>;
  readonly initial: number | boolean | string | null;
}

/** A buffer of the manifest as far as the program tells. */
export interface DraftBuffer {
  readonly name: string;
  readonly group: number;
  readonly binding: number;
  readonly isUniform: boolean;
  /** null: the program says it. */
  readonly type: Blank<string> | null;
  /** null where values are listed. */
  readonly length: Blank<number | string> | null;
  /** null where the default, zeros, is meant. */
  readonly fill: Blank<string> | null;
  /** The text of `check`; null for what is not compared. */
  readonly check: string | null;
  /** Members of what is listed; null for all else. */
  readonly values: readonly Blank<number | string>[] | null;
  /** Whether only passes share it. */
  readonly isScratch: boolean;
}

/** A launch of a kernel that has several. */
export interface DraftPass {
  readonly entry: string;
  readonly dispatch: readonly Blank<number | string>[];
}

/** The workloads of kernels, or the name that another kernel has given to them. */
export interface DraftWorkload {
  readonly parameters: readonly DraftParameter[];
  /** What kernels of one file share has a name; null for those of one kernel. */
  readonly anchor: string | null;
}

/** A kernel of the manifest as far as its program tells. */
export interface DraftKernel {
  readonly name: string;
  readonly source: string;
  /** What a reader of the entry should know before all else. */
  readonly notes: readonly string[];
  readonly workload: DraftWorkload;
  readonly tunables: readonly DraftTunable[];
  readonly constraints: readonly string[];
  readonly buffers: readonly DraftBuffer[];
  /** One or, of a kernel of several launches, more. */
  readonly passes: readonly DraftPass[];
}
