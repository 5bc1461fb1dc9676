/** Text that is replaced, wherever it stands in a file; the file `dispatch` is the kernel's part of the manifest, or the operator's. */
export type Edit = readonly [file: string, from: string, to: string];

/** A change of a kernel as somebody may make it. */
export interface Mutation {
  readonly kernel: string;
  readonly name: string;
  /** `equal`: the same program is left after linking. `other`: results differ, which the guard refuses by itself. */
  readonly kind: 'equal' | 'change' | 'other';
  readonly edits: readonly Edit[];
}

/** A change of a kernel: its name, its kind, its edits. */
export type Change = readonly [name: string, kind: Mutation['kind'], ...edits: readonly Edit[]];

/** Changes of a kernel. */
export function changesOf(kernel: string, changes: readonly Change[]): readonly Mutation[] {
  return changes.map(([name, kind, ...edits]) => ({ kernel, name, kind, edits }));
}
