import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { type Recording, readRecording } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { absolutePath } from './open-manifest.ts';

/** Files of one place: itself, or what `retune` leaves in a folder of recordings. */
function filesAt(path: string): readonly string[] {
  if (!(statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith('.json.gz'))
    .sort()
    .map((name) => join(path, name));
}

/**
 * Recordings by the paths of files, and of folders that hold nothing else under names that end in `.json.gz`.
 * @throws JoulegateError bad-input for one that cannot be read or is none, and if there is none at all
 */
export function readRecordings(host: Host, paths: readonly string[]): readonly Recording[] {
  const files = paths.flatMap((path) => filesAt(absolutePath(host, path)));
  if (files.length > 0) return files.map((file) => readRecording(file));
  throw new JoulegateError('bad-input', `There is no recording in ${paths.join(', ')}.`, {
    code: 'file-not-found',
    nextStep:
      'Name files of `joulegate record`, or the folder `recordings` that `joulegate retune --report` leaves.',
  });
}
