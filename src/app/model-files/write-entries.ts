import { basename } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { insertEntries } from '../../manifest/index.ts';
import { isThere, readTextFile, writeFileAtomic, writeNewFile } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { absolutePath, displayPath, openManifest } from '../project/index.ts';
import { headOf } from './draft.ts';

/** Where entries go: into a manifest that is not there yet, into one that is, or nowhere. */
export type Target =
  | { readonly kind: 'new'; readonly manifest: string }
  | { readonly kind: 'into'; readonly manifest: string }
  | { readonly kind: 'none' };

interface WriteEntriesOptions {
  readonly entries: { readonly kernels: string; readonly networks: string };
  /** Names in them. */
  readonly names: { readonly kernels: readonly string[]; readonly networks: readonly string[] };
  readonly target: Target;
  /** The model file, and its format. */
  readonly file: string;
  readonly format: string;
}

/** Largest manifest, in bytes. */
const maxManifestBytes = 4 * 1024 * 1024;

/**
 * Puts entries into a manifest, whole or not at all.
 * @returns the manifest; null if nothing was to be written
 * @throws JoulegateError (bad-input): `file-exists` if something has the file's or an entry's name, `bad-manifest`,
 *   `cannot-write`
 */
export function writeEntries(host: Host, options: WriteEntriesOptions): string | null {
  const { target, entries } = options;
  if (target.kind === 'none') return null;
  const path = absolutePath(host, target.manifest);
  const shown = displayPath(host, path);
  if (target.kind === 'new') {
    if (isThere(path)) throw manifestThere(shown);
    const text = `${headOf(basename(options.file), options.format)}kernels:\n${entries.kernels}networks:\n${entries.networks}`;
    openManifest(host, target.manifest, text);
    writeNewFile(path, text);
    return shown;
  }
  const { manifest } = openManifest(host, target.manifest);
  const taken = [
    ...options.names.kernels.filter((name) => manifest.kernels.some((kernel) => kernel.name === name)),
    ...options.names.networks.filter((name) => manifest.networks.some((network) => network.name === name)),
  ];
  if (taken.length > 0) throw namesTaken(shown, taken);
  const text = insertEntries(readTextFile(path, maxManifestBytes), entries);
  if (text === null) throw notLineByLine(shown);
  openManifest(host, target.manifest, text);
  writeFileAtomic(path, text);
  return shown;
}

function manifestThere(shown: string): JoulegateError {
  return new JoulegateError('bad-input', `${shown} is there already, and is left as it is.`, {
    code: 'file-exists',
    nextStep: `Add to it with --into ${shown}, name another file with --out, or look at the entries with --print.`,
  });
}

function namesTaken(shown: string, names: readonly string[]): JoulegateError {
  const listed = names.slice(0, 8).join(', ');
  return new JoulegateError('bad-input', `${shown} has ${listed} already, and is left as it is.`, {
    code: 'file-exists',
    nextStep: 'Give the network another name with --name, or remove the old entries first.',
  });
}

function notLineByLine(shown: string): JoulegateError {
  return new JoulegateError(
    'bad-input',
    `The kernels or networks of ${shown} are not written line by line.`,
    {
      code: 'bad-manifest',
      nextStep: 'Add the entries by hand: --print shows them, and writes nothing.',
    },
  );
}
