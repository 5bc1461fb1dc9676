import { join } from 'node:path';
import { writeFileAtomic } from '../../store/index.ts';
import { errorLine } from '../plain-line.ts';
import { readStateFile, UnusableStateError } from './file.ts';
import type { StateKey } from './key.ts';
import type { StateStore } from './store.ts';

export interface DirectoryTask {
  /** Absolute path. */
  readonly folder: string;
  readonly key: StateKey;
  readonly maxBytes: number;
}

/** One file per subject in a folder that outlives the job. The last run that saves wins. */
export function directoryStore(task: DirectoryTask): StateStore {
  const path = join(task.folder, `${task.key.prefix}state.json.gz`);
  return {
    async restore() {
      try {
        const bytes = readStateFile(path, task.maxBytes);
        const isKnown = true;
        if (bytes === null) return { status: 'missing', message: `No state yet at ${path}.`, bytes, isKnown };
        return { status: 'restored', message: `Took up the state at ${path}.`, bytes, isKnown };
      } catch (error) {
        return {
          status: 'failed',
          message: `The state at ${path} is unusable: ${errorLine(error)}.`,
          bytes: null,
          isKnown: error instanceof UnusableStateError,
        };
      }
    },
    async save(bytes) {
      try {
        writeFileAtomic(path, bytes);
        return { status: 'saved', message: `Saved the state at ${path}.` };
      } catch (error) {
        return { status: 'failed', message: `The state was not saved: ${errorLine(error)}.` };
      }
    },
  };
}
