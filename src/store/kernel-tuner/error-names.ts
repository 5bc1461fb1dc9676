/** Where Kernel Tuner 1.4 notes that a configuration failed; before it the name stood in place of a figure. */
export const errorField = '__error__';

/** Kernel Tuner's names of the ways a configuration can fail (its `util.ErrorConfig`). */
export const errorNames: ReadonlySet<string> = new Set([
  'InvalidConfig',
  'CompilationFailedConfig',
  'RuntimeFailedConfig',
]);

/** The same in T4 results. */
export const invalidityErrors: ReadonlyMap<string, string> = new Map([
  ['constraints', 'InvalidConfig'],
  ['compile', 'CompilationFailedConfig'],
  ['runtime', 'RuntimeFailedConfig'],
  ['timeout', 'RuntimeFailedConfig'],
  ['correctness', 'RuntimeFailedConfig'],
]);
