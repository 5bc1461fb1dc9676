import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { renderHistory } from '../../report/index.ts';
import type { History } from '../../schema/index.ts';
import { readState, writeFileAtomic } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { absolutePath } from '../project/index.ts';
import { historyOf } from './history.ts';

export interface HistoryOptions {
  /** Kept states, and folders that hold some. */
  readonly paths: readonly string[];
  /** Path of the page to write; none unless given. */
  readonly out?: string;
}

/** Names of kept states in a folder that the action was given as `cache`, and in one that the Actions cache was unpacked to. */
const stateName = /^(?:joulegate-.*-)?state\.json\.gz$/;

const nextStep =
  'Name the directory that the nightly job has as its input `cache`, or a state in it (joulegate-…-state.json.gz).';

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function namesIn(path: string, shown: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    const reason = (error as Error).message;
    throw new JoulegateError('bad-input', `The folder ${shown} cannot be read: ${reason}`, {
      code: 'cannot-read',
      nextStep: 'Check its permissions, or name a state in it.',
      cause: error,
    });
  }
}

function statesIn(path: string, shown: string): readonly string[] {
  if (!isFolder(path)) return [path];
  const names = namesIn(path, shown).filter((name) => stateName.test(name));
  if (names.length > 0) return names.sort().map((name) => join(path, name));
  throw new JoulegateError('bad-input', `${shown} holds no kept state.`, { code: 'no-history', nextStep });
}

/**
 * How kernels cost over the nights that were kept, and that as a page if it is asked for. The page is written whole or not
 * at all.
 * @throws JoulegateError bad-input for what cannot be read as a kept state or holds no night, and for a page that cannot be
 * written
 */
export function showHistory(host: Host, { paths, out }: HistoryOptions): History {
  const files = paths.flatMap((path) => statesIn(absolutePath(host, path), path));
  const states = [...new Set(files)].map(readState);
  const history = historyOf(states, { at: host.now(), version: host.version });
  if (history.series.length === 0) {
    throw new JoulegateError('bad-input', `${paths.join(' and ')} holds no nights yet.`, {
      code: 'no-history',
      nextStep: 'Nights are kept by runs of the action with mode: retune on the default branch.',
    });
  }
  if (out !== undefined) writeFileAtomic(absolutePath(host, out), renderHistory(history));
  return history;
}
