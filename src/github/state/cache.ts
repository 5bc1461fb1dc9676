import { isAbsolute, join, resolve } from 'node:path';
import type { CacheChoice, Runner, Shard } from '../run/index.ts';
import { directoryStore } from './directory.ts';
import { type StateSubject, stateKey } from './key.ts';
import { serviceStore } from './service.ts';
import type { RestoredState, SavedState, StateStore } from './store.ts';

export interface StateCacheTask {
  readonly runner: Runner;
  readonly choice: CacheChoice;
  readonly subject: StateSubject;
  readonly shard: Shard | null;
  /** A kept state that is larger is not used. */
  readonly maxBytes: number;
  /** How long the service may take, per call; 60 s unless given. */
  readonly seconds?: number;
  /** An answer that took longer is that of a service in trouble, which is left alone for a while; 10 s unless given. */
  readonly patienceSeconds?: number;
  /** The service is waited for no longer once it is aborted. */
  readonly signal?: AbortSignal;
  /** Runs of any ref may save it: it is of use to repetitions of the same run only. The default branch's alone unless given. */
  readonly savedByAnyRef?: boolean;
}

export interface NewState {
  /** Already compressed: the service compresses with what the runner happens to have. */
  readonly bytes: Uint8Array;
  /** How much it holds, e.g. measurements. */
  readonly entries: number;
  /** How much the restored state held; 0 without one. */
  readonly restoredEntries: number;
}

/** A state that is kept between runs. What it holds is the caller's: bytes in, bytes out. */
export interface StateCache {
  restore(): Promise<RestoredState>;
  /** Keeps a state that holds more than the restored one, if this run may and could read what it replaces. */
  save(state: NewState): Promise<SavedState>;
}

const offMessage = 'Nothing is kept between runs: the input `cache` is false.';

function noStore(message: string): StateStore {
  return {
    restore: async () => ({ status: 'off', message, bytes: null, isKnown: true }),
    save: async () => ({ status: 'off', message }),
  };
}

function openStore(task: StateCacheTask): StateStore {
  const { runner, choice, maxBytes, seconds = 60, patienceSeconds = 10 } = task;
  if (choice.kind === 'off') return noStore(offMessage);
  const key = stateKey(task.subject, runner, task.shard);
  const inFolder = (folder: string) => directoryStore({ folder, key, maxBytes });
  if (choice.kind === 'directory') {
    return inFolder(isAbsolute(choice.path) ? choice.path : resolve(runner.workspace, choice.path));
  }
  if (runner.hasCacheService) {
    return serviceStore({ runner, key, maxBytes, seconds, patienceSeconds, signal: task.signal });
  }
  if (runner.toolCache === null) {
    return noStore(
      'Nothing is kept between runs: this runner has no cache service. Give `cache` a directory.',
    );
  }
  // What runners of one's own have instead: a folder that outlives the job.
  return inFolder(join(runner.toolCache, 'joulegate'));
}

/** Why this run may not save; null if it may. Only what is merged already may decide what later runs begin with. */
function readOnlyReason(task: StateCacheTask): string | null {
  if (task.choice.kind === 'restore-only') return 'the input `cache` is restore-only';
  // It would be saved where all branches look.
  if (task.runner.pullRequest?.asked !== undefined) return 'the run is on behalf of a pull request';
  return task.runner.isDefaultBranch || task.savedByAnyRef === true
    ? null
    : 'only runs of the default branch save it';
}

/** Opens what is kept between runs: the Actions cache, a directory, or nothing. */
export function openStateCache(task: StateCacheTask): StateCache {
  const store = openStore(task);
  // The newest state is the one that is taken up: made from nothing, it would be all that later runs see.
  let mayReplace = true;
  return {
    async restore() {
      const restored = await store.restore();
      mayReplace = restored.isKnown;
      return restored;
    },
    async save({ bytes, entries, restoredEntries }) {
      if (task.choice.kind === 'off') return { status: 'off', message: offMessage };
      const reason = readOnlyReason(task);
      if (reason !== null) return { status: 'read-only', message: `The state was not saved: ${reason}.` };
      if (entries <= restoredEntries) {
        return { status: 'kept', message: 'The state was not saved: it holds no more than the one before.' };
      }
      if (!mayReplace) {
        const message =
          'The state was not saved: what is kept could not be read before, so it is not replaced.';
        return { status: 'failed', message };
      }
      if (bytes.length > task.maxBytes) {
        const message = `The state was not saved: ${bytes.length} bytes are more than the next run would read.`;
        return { status: 'failed', message };
      }
      return store.save(bytes);
    },
  };
}
