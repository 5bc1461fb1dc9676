import { parse } from 'node:path';

/** The root folder, which no job fills: where our own processes run. */
export const neutralFolder = parse(process.execPath).root;

/**
 * Does something at once with the root as the current folder. This process was started with the caller's search paths, in which an
 * empty part means the folder that is current when a library is loaded.
 */
export function inNeutralFolder<T>(work: () => T): T {
  let before: string | null;
  try {
    before = process.cwd();
  } catch {
    // It was deleted; nothing is lost by leaving it.
    before = null;
  }
  process.chdir(neutralFolder);
  try {
    return work();
  } finally {
    if (before !== null) process.chdir(before);
  }
}
