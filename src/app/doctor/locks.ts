import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { findProgram, systemFolders } from '../../system/index.ts';
import { type Finding, good, wrong } from './finding.ts';

const nextStep =
  'Name a folder in JOULEGATE_LOCKS that everybody who measures on this host may write to, and mount it into every container that does.';

/** Whether runs on this host can keep each other off a GPU by locks in `folder`, which is made where it is not there. */
export function checkLocks(folder: string): Finding {
  const subject = 'lock folder';
  const fault = folderFault(folder);
  if (fault !== null) return wrong(subject, fault, nextStep);
  if (process.platform === 'linux' && findProgram('flock', systemFolders) === null) {
    return wrong(subject, `${folder}, but there is no program flock`, 'Install it: util-linux has it.');
  }
  return good(subject, folder);
}

function folderFault(folder: string): string | null {
  try {
    const there = nearestThere(folder);
    if (!statSync(there).isDirectory()) {
      return there === folder
        ? `${folder} is not a folder`
        : `${folder} cannot be made: ${there} is not a folder`;
    }
    accessSync(there, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return `${folder} cannot be written to: ${error instanceof Error ? error.message : error}`;
  }
}

/** A path, or the nearest above it that is there. */
function nearestThere(path: string): string {
  const parent = dirname(path);
  try {
    statSync(path);
    return path;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Below a file nothing can be: that is the file's fault.
    if ((code !== 'ENOENT' && code !== 'ENOTDIR') || parent === path) throw error;
    return nearestThere(parent);
  }
}
