import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withDeadline } from './deadline.ts';
import { errorLine } from './plain-line.ts';
import { readStateFile } from './state-file.ts';
import type { StateKey } from './state-key.ts';
import type { RestoredState, SavedState, StateStore } from './state-store.ts';

export interface ServiceTask {
  /** Must be the working directory of the process, as it is when a JavaScript action starts. */
  readonly workspace: string;
  readonly key: StateKey;
  readonly maxBytes: number;
  /** How long the service may take, per call. */
  readonly seconds: number;
}

/**
 * The one path that is cached, relative to the workspace. The service tells caches apart by a hash of the path as it is
 * written here: were it absolute, runners with other folders would not find it.
 */
const cachedPath = '.joulegate-cache/state.json.gz';

/** Loaded only when it is needed: it takes longer than all that a run without changes does. */
const toolkit = () => import('@actions/cache');

/**
 * The folder is ours, and is there only while it is needed. A pull request may have one of this name in its files, as a
 * link that leads elsewhere: it is removed, not followed.
 */
function clearFolder(task: ServiceTask): void {
  rmSync(join(task.workspace, dirname(cachedPath)), { recursive: true, force: true });
}

/** Does something with an empty folder and leaves none behind. */
async function inClearFolder<T>(task: ServiceTask, work: () => Promise<T>): Promise<T> {
  clearFolder(task);
  try {
    return await work();
  } finally {
    clearFolder(task);
  }
}

async function restore(task: ServiceTask): Promise<RestoredState> {
  const { key, maxBytes, seconds, workspace } = task;
  const { restoreCache } = await toolkit();
  const from = await withDeadline(seconds, () => restoreCache([cachedPath], key.full, [key.prefix]));
  // Also what it returns after a failure, which it has warned about itself.
  if (from === undefined) {
    const message = 'The cache gave no state: there is none yet, or a warning above says why.';
    return { status: 'missing', message, bytes: null };
  }
  const bytes = readStateFile(join(workspace, cachedPath), maxBytes);
  if (bytes === null) throw new Error(`the cache ${from} does not hold ${cachedPath}`);
  return { status: 'restored', message: `Took up the state from the cache ${from}.`, bytes };
}

async function save(task: ServiceTask, bytes: Uint8Array): Promise<SavedState> {
  const { key, seconds, workspace } = task;
  const path = join(workspace, cachedPath);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes, { flag: 'wx' });
  const { saveCache } = await toolkit();
  const id = await withDeadline(seconds, () => saveCache([cachedPath], key.full));
  if (id === -1) {
    return { status: 'failed', message: 'The cache service did not take the state; the log above says why.' };
  }
  return { status: 'saved', message: `Saved the state in the cache as ${key.full}.` };
}

/** The Actions cache. */
export function serviceStore(task: ServiceTask): StateStore {
  return {
    async restore() {
      try {
        return await inClearFolder(task, () => restore(task));
      } catch (error) {
        const message = `The state could not be restored from the cache: ${errorLine(error)}.`;
        return { status: 'failed', message, bytes: null };
      }
    },
    async save(bytes) {
      try {
        return await inClearFolder(task, () => save(task, bytes));
      } catch (error) {
        return { status: 'failed', message: `The state was not saved in the cache: ${errorLine(error)}.` };
      }
    },
  };
}
