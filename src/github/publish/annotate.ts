import { posix } from 'node:path';
import type { Annotation } from '../../report/index.ts';
import type { Commands, Place } from '../run/index.ts';

/** Shows annotations beside the lines of a pull request. `folder` is where the repository is, below the workspace. */
export function annotate(
  commands: Pick<Commands, 'error' | 'warning' | 'notice'>,
  annotations: readonly Annotation[],
  folder = '',
): void {
  const prefix = folder === '' || folder === '.' ? '' : `${folder.replace(/\/+$/, '')}/`;
  for (const { level, title, message, file, line } of annotations) {
    const place: Place = {
      title,
      ...(file === null ? {} : { file: posix.normalize(`${prefix}${file}`) }),
      ...(file === null || line === null ? {} : { startLine: line }),
    };
    commands[level](message, place);
  }
}
