import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DeadlineError, withDeadline } from '../deadline.ts';
import { errorLine } from '../plain-line.ts';
import type { Runner } from '../run/index.ts';
import { readStateFile, UnusableStateError } from './file.ts';
import type { StateKey } from './key.ts';
import type { RestoredState, SavedState, StateStore } from './store.ts';
import { overhear } from './toolkit-talk.ts';

export interface ServiceTask {
  /** Its workspace must be the working directory of the process, as it is when a JavaScript action starts. */
  readonly runner: Runner;
  readonly key: StateKey;
  readonly maxBytes: number;
  /** How long the service may take, per call. */
  readonly seconds: number;
  /** A call without a result that took longer is taken for a failure. */
  readonly patienceSeconds: number;
  /** Once it is aborted nothing is waited for. */
  readonly signal: AbortSignal | undefined;
}

/**
 * When the service was last in trouble, by run. The toolkit asks five times, which takes half a minute on a GPU runner,
 * and then returns `undefined`, as it does at once where nothing is kept.
 */
const troubleMs = new WeakMap<Runner, number>();

/** So long it is not asked again: a run's other calls are made within it, and the night that asks an hour later is not. */
const leftAloneMs = 5 * 60_000;

function isLeftAlone({ runner }: ServiceTask): boolean {
  return performance.now() - (troubleMs.get(runner) ?? Number.NEGATIVE_INFINITY) < leftAloneMs;
}

/** Asks the service, and remembers if it is in trouble. */
async function ask<T>(
  task: ServiceTask,
  isNothing: (answer: T) => boolean,
  work: () => Promise<T>,
): Promise<T> {
  const { runner, seconds, patienceSeconds } = task;
  const startMs = performance.now();
  try {
    const answer = await withDeadline(seconds, work, task.signal);
    const isSlow = performance.now() - startMs > patienceSeconds * 1000;
    if (isSlow && isNothing(answer)) troubleMs.set(runner, performance.now());
    else troubleMs.delete(runner);
    return answer;
  } catch (error) {
    if (error instanceof DeadlineError) troubleMs.set(runner, performance.now());
    throw error;
  }
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
  rmSync(join(task.runner.workspace, dirname(cachedPath)), { recursive: true, force: true });
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

/**
 * Whether the toolkit, which returned nothing, did not get to see what is kept. It says so as a warning, for a fault of the
 * server as an error, and as a mere line if it may not read; that there is nothing it does not say.
 */
function isUnseen(lines: readonly string[]): boolean {
  return lines.some((line) => {
    if (line.startsWith('Cache restore skipped')) return true;
    const [, text] = /^::(?:warning|error)\b.*?::(.*)$/.exec(line) ?? [];
    // An archive that came whole and cannot be unpacked will be no better tomorrow: it is made anew.
    return text !== undefined && !/^Failed to restore: \S+ failed with error: /.test(text);
  });
}

/**
 * The toolkit compresses with zstd where it finds it and with gzip elsewhere, and asks only for what was compressed as it
 * would do it itself.
 */
function compressionNote({ programFolders }: Runner): string {
  const names = ['zstd', 'zstd.exe'];
  const hasZstd = programFolders.some((folder) => names.some((name) => existsSync(join(folder, name))));
  return hasZstd ? '' : ' This runner has no zstd, so it does not see what runners with it saved.';
}

async function restore(task: ServiceTask): Promise<RestoredState> {
  const { key, maxBytes, runner } = task;
  const { restoreCache } = await toolkit();
  const isNothing = (found: string | undefined) => found === undefined;
  const { result: from, lines } = await overhear(() =>
    ask(task, isNothing, () => restoreCache([cachedPath], key.full, [key.prefix])),
  );
  if (from === undefined) {
    if (isUnseen(lines)) {
      const message = 'The state could not be read from the cache; the log above says why.';
      return { status: 'failed', message, bytes: null, isKnown: false };
    }
    const message = 'The cache gave no state: there is none yet, or a warning above says why.';
    return { status: 'missing', message: `${message}${compressionNote(runner)}`, bytes: null, isKnown: true };
  }
  const bytes = readStateFile(join(runner.workspace, cachedPath), maxBytes);
  if (bytes === null) throw new UnusableStateError(`the cache ${from} does not hold ${cachedPath}`);
  const message = `Took up the state from the cache ${from}.${compressionNote(runner)}`;
  return { status: 'restored', message, bytes, isKnown: true };
}

async function save(task: ServiceTask, bytes: Uint8Array): Promise<SavedState> {
  const { key, runner } = task;
  const path = join(runner.workspace, cachedPath);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes, { flag: 'wx' });
  const { saveCache } = await toolkit();
  const id = await ask(
    task,
    (saved: number) => saved === -1,
    () => saveCache([cachedPath], key.full),
  );
  if (id === -1) {
    return { status: 'failed', message: 'The cache service did not take the state; the log above says why.' };
  }
  return { status: 'saved', message: `Saved the state in the cache as ${key.full}.` };
}

const leftAlone = 'the service is in trouble and was not asked again';

/** The Actions cache. */
export function serviceStore(task: ServiceTask): StateStore {
  return {
    async restore() {
      if (isLeftAlone(task)) {
        const message = `The cache gave no state: ${leftAlone}.`;
        return { status: 'missing', message, bytes: null, isKnown: false };
      }
      try {
        return await inClearFolder(task, () => restore(task));
      } catch (error) {
        const message = `The state could not be restored from the cache: ${errorLine(error)}.`;
        return { status: 'failed', message, bytes: null, isKnown: error instanceof UnusableStateError };
      }
    },
    async save(bytes) {
      if (isLeftAlone(task)) return { status: 'failed', message: `The state was not saved: ${leftAlone}.` };
      try {
        return await inClearFolder(task, () => save(task, bytes));
      } catch (error) {
        return { status: 'failed', message: `The state was not saved in the cache: ${errorLine(error)}.` };
      }
    },
  };
}
