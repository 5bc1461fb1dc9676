import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { testCacheFolder } from '../worker-bundle.ts';

const dist = join(import.meta.dirname, '..', '..', '..', 'dist');

/** The device family of the scripted adapter. */
export const scriptedFamily = 'acme-scripted';

/** Puts a file in its place at once, unless the same is there: other workers of the suite do it too. */
function place(from: string, to: string): void {
  if (
    existsSync(to) &&
    statSync(to).size === statSync(from).size &&
    readFileSync(to).equals(readFileSync(from))
  )
    return;
  const temporary = `${to}.${process.pid}`;
  copyFileSync(from, temporary);
  renameSync(temporary, to);
}

let made: string | null = null;

/**
 * A folder with the bundles of dist/ beside a scripted GPU process (worker.mjs): they take it for their own. What is about
 * verdicts, services and files needs no adapter, and a guard of fifteen blocks takes a second or two.
 */
export function scriptedBundles(): string {
  if (made !== null) return made;
  const folder = join(testCacheFolder, 'scripted');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const name of ['cli.js', 'action.js', 'post.js']) place(join(dist, name), join(folder, name));
  place(join(dist, 'worker.js'), join(folder, 'real-worker.js'));
  place(join(import.meta.dirname, 'worker.mjs'), join(folder, 'worker.js'));
  made = folder;
  return folder;
}
