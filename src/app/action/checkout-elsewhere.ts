import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import type { Inputs, Runner } from '../../github/index.ts';

/** `path:` of actions/checkout is mostly a name, seldom two. */
const maxDepth = 2;
const maxFolders = 200;

function foldersIn(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== '.git' && entry.name !== 'node_modules')
      .map(({ name }) => name)
      .slice(0, maxFolders);
  } catch {
    // What cannot be listed is no help.
    return [];
  }
}

/** Folders of the workspace, relative to it, in which something was checked out; none where it is a checkout itself. */
function checkoutsIn(workspace: string, below = '', depth = 0): readonly string[] {
  if (existsSync(join(workspace, below, '.git'))) return [below];
  if (depth === maxDepth) return [];
  return foldersIn(join(workspace, below)).flatMap((name) =>
    checkoutsIn(workspace, below === '' ? name : `${below}/${name}`, depth + 1),
  );
}

/**
 * What to do about a manifest or repository that is not where the inputs say, as far as the workspace tells: `path:` of
 * actions/checkout was forgotten, or the checkout itself.
 * @returns null for other errors, and where the checkout is where it is looked for
 */
export function checkoutHint(error: unknown, runner: Runner, inputs: Inputs): string | null {
  if (!(error instanceof JoulegateError)) return null;
  if (error.code !== 'no-manifest' && error.code !== 'not-a-repository') return null;
  const { workspace } = runner;
  const folders = checkoutsIn(workspace).filter((folder) => folder !== '');
  const { manifest } = inputs;
  for (const folder of folders) {
    if (existsSync(join(workspace, folder, manifest)))
      return `The job checked out into ${folder}: give this step \`working-directory: ${folder}\`.`;
    const inner = manifest.startsWith(`${folder}/`) ? manifest.slice(folder.length + 1) : null;
    if (inner !== null && existsSync(join(workspace, folder, inner)))
      return `The job checked out into ${folder}: give this step \`working-directory: ${folder}\` and \`manifest: ${inner}\`.`;
  }
  if (folders.length > 0) {
    const shown = folders.slice(0, 5).join(', ');
    return `The job checked out into ${shown}, where there is no ${manifest}: check \`working-directory\` and \`manifest\`.`;
  }
  return existsSync(join(workspace, '.git'))
    ? null
    : 'Nothing is checked out: run actions/checkout before this step.';
}
