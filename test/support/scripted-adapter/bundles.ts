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

/** A bundled benchmark lies elsewhere, and runs at the root. */
const root = [join(import.meta.dirname, '..', '..', '..'), process.cwd()].find((folder) =>
  existsSync(join(folder, 'test', 'support', 'scripted-adapter', 'worker.mjs')),
);
const dist = join(root ?? '.', 'dist');

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
  made ??= makeBundles('scripted');
  return made;
}

/**
 * The same with a GPU process that takes the time it says, and writes what it draws where the stand-in for NVML reads it: so a
 * sensor follows its loads however busy the machine is. The caller removes the folder.
 */
export function meteredBundles(loads: { readonly path: string; readonly offset: number }): string {
  const folder = makeBundles(`metered-${process.pid}-${Date.now()}`);
  writeFileSync(join(folder, 'loads.json'), JSON.stringify(loads));
  return folder;
}

function makeBundles(name: string): string {
  const folder = join(testCacheFolder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const name of ['cli.js', 'action.js', 'post.js']) place(join(dist, name), join(folder, name));
  place(join(dist, 'worker.js'), join(folder, 'real-worker.js'));
  place(join(root ?? '.', 'test', 'support', 'scripted-adapter', 'worker.mjs'), join(folder, 'worker.js'));
  return folder;
}
