import type { FileReader } from './types.ts';

/** For manifests that only use operators: there are no files. */
export const noFiles: FileReader = {
  read: () => null,
  readBytes: () => null,
  list: () => [],
  listSources: () => [],
};
