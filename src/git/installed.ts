import { JoulegateError } from '../errors/index.ts';
import type { FileContent, FileReader } from '../manifest/index.ts';
import type { ObjectAt } from './checked-out-content.ts';
import { isObject } from './stored-content.ts';

/** What says which packages are installed. */
const pins = [
  ...['package.json', 'package-lock.json', 'npm-shrinkwrap.json'],
  ...['pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'],
];

const place = /^((?:.*\/)?)node_modules\//;

/**
 * A file of a package that is installed beside a commit's files and in no commit: the disk's, as long as what pins the packages is
 * the same in the commit and on the disk.
 *
 * @returns null for what is no such file, or is not installed
 * @throws JoulegateError (bad-input, `source-not-in-git`) if other packages may have been installed for the commit
 */
export function installedContent(path: string, disk: FileReader, objectAt: ObjectAt): FileContent | null {
  const holder = place.exec(path)?.[1];
  const content = holder === undefined ? null : disk.readBytes(path);
  if (holder === undefined || content === null) return null;
  const folders = holder.split('/').map((_, depth, all) =>
    all
      .slice(0, depth)
      .map((part) => `${part}/`)
      .join(''),
  );
  for (const pin of folders.flatMap((folder) => pins.map((name) => `${folder}${name}`))) {
    const object = objectAt(pin);
    const bytes = disk.readBytes(pin)?.bytes ?? null;
    if (bytes === null ? object === null : object !== null && isObject(bytes, object)) continue;
    throw new JoulegateError(
      'bad-input',
      `${path} is not in git, and ${pin} differs, so the package may be another one in this revision`,
      {
        code: 'source-not-in-git',
        nextStep:
          'Give --base a checkout of the base with its packages installed, or keep the package in git.',
      },
    );
  }
  return content;
}
