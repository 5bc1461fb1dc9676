/** A value of the manifest: known, or to be filled in by the user. `note` says what it is. */
export interface Blank<T> {
  /** null: only the user can know it. */
  readonly value: T | null;
  readonly note: string | null;
}

export interface DraftParameter extends Blank<number | boolean | string> {
  readonly name: string;
  /** Whether it may be a number of something, as lengths and dispatches are made of. */
  readonly isCount: boolean;
}

export interface DraftTunable {
  readonly name: string;
  readonly values: Blank<readonly (number | boolean | string)[]>;
  readonly initial: number | boolean | string | null;
}

/** A buffer of the manifest as far as its declaration tells. */
export interface DraftBuffer {
  readonly name: string;
  readonly group: number;
  readonly binding: number;
  /** null: the program says it. */
  readonly type: Blank<string> | null;
  /** null for uniforms. */
  readonly length: Blank<number> | null;
  /** null where the default, zeros, is meant. */
  readonly fill: Blank<string> | null;
  /** The text of `check`; null for what is not compared. */
  readonly check: string | null;
  /** Members of a uniform; null for storage. */
  readonly values: readonly Blank<string>[] | null;
}

/** A kernel of the manifest as far as its program tells. */
export interface DraftKernel {
  readonly name: string;
  readonly source: string;
  readonly entry: string;
  /** What a reader of the entry should know before all else. */
  readonly notes: readonly string[];
  readonly workload: readonly DraftParameter[];
  readonly tunables: readonly DraftTunable[];
  readonly constraints: readonly string[];
  readonly buffers: readonly DraftBuffer[];
  readonly dispatch: readonly Blank<number>[];
}
