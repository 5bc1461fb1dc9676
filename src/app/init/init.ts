import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { openFolder } from '../../git/index.ts';
import { type DescribedEntry, describeProgram, type VariantFailure } from '../../kernel/index.ts';
import { type FileReader, type ManifestProblem, parseManifest } from '../../manifest/index.ts';
import { operators } from '../../operators/index.ts';
import type { Host } from '../host.ts';
import type { ManifestOptions } from '../options.ts';
import { absolutePath, displayPath, folderIn, repositoryOf } from '../project/index.ts';
import type { DraftKernel } from './draft.ts';
import { draftKernel } from './entry.ts';
import { findPrograms, readProgram, slashed } from './sources.ts';
import { workflowText } from './workflow.ts';
import { isThere, writeNewFile } from './write.ts';
import { draftKernels, draftManifest } from './yaml.ts';

export interface InitOptions extends ManifestOptions {
  /** Programs to take, by path from the working directory; null: every program below the manifest's folder. */
  readonly programs: readonly string[] | null;
  /** Write nothing. */
  readonly print: boolean;
}

/** A program, or an entry point of one, that the manifest does not have, and why. */
export interface LeftOut {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly reason: string;
}

export interface Initialisation {
  readonly manifest: string;
  /** What was written, in order; empty with `print`. */
  readonly written: readonly string[];
  /** What was there already and is as it was. */
  readonly kept: readonly string[];
  readonly kernels: readonly { readonly name: string; readonly source: string; readonly entry: string }[];
  readonly leftOut: readonly LeftOut[];
  /** Places of the manifest that only the user can fill in; `joulegate validate` points at the same. */
  readonly blanks: readonly Pick<ManifestProblem, 'file' | 'line' | 'column' | 'sourceLine'>[];
  /** The manifest's entries, ready to be put below `kernels:`. */
  readonly entries: string;
  /** Whether the workflow that was written still has the placeholders of the action's owner and commit. */
  readonly ownerMissing: boolean;
}

/** Most kernels a manifest may have. */
const mostKernels = 500;

/**
 * Writes a manifest for the kernels of a project and a workflow that guards them, each unless it is there already.
 *
 * @throws JoulegateError bad-input: `file-exists` if programs are named and there is a manifest, `no-kernels` if nothing
 *   can be guarded, `cannot-guard` if a program that is named cannot, and those of reading and writing files.
 */
export async function init(host: Host, options: InitOptions): Promise<Initialisation> {
  const place = locate(host, options.manifest);
  const { manifestPath, shownManifest } = place;
  const hasManifest = !options.print && isThere(manifestPath);
  if (hasManifest && options.programs !== null) throw manifestThere(shownManifest);
  const found = hasManifest ? { kernels: [], leftOut: [] } : await draftAll(host, place, options.programs);
  const text = draftManifest(found.kernels);
  const blanks = hasManifest ? [] : blanksOf(place, text);
  const written: string[] = [];
  const kept: string[] = [];
  let ownerMissing = false;
  if (hasManifest) kept.push(shownManifest);
  if (!options.print) {
    if (!hasManifest) {
      writeNewFile(manifestPath, text);
      written.push(shownManifest);
    }
    const workflow = writeWorkflow(place);
    (workflow.isNew ? written : kept).push(displayPath(host, workflow.path));
    ownerMissing = workflow.isNew && workflow.ownerMissing;
  }
  return {
    manifest: shownManifest,
    written,
    kept,
    kernels: found.kernels.map(({ name, source, entry }) => ({ name, source, entry })),
    leftOut: found.leftOut,
    blanks,
    entries: draftKernels(found.kernels),
    ownerMissing,
  };
}

/** Where everything is or will be. */
interface Locations {
  readonly root: string;
  readonly reader: FileReader;
  readonly manifestPath: string;
  readonly shownManifest: string;
  /** Folder of the manifest below `root`. */
  readonly folder: string;
}

function locate(host: Host, manifest: string): Locations {
  const manifestPath = absolutePath(host, manifest);
  const parent = dirname(manifestPath);
  // Opened before anything else: a folder that is not there is the user's mistake, not ours to make.
  openFolder(parent);
  const real = realpathSync(parent);
  const root = realpathSync(repositoryOf(host, parent)?.root ?? parent);
  return {
    root,
    reader: openFolder(root),
    manifestPath,
    shownManifest: displayPath(host, manifestPath),
    folder: slashed(root, real),
  };
}

interface Found {
  readonly kernels: readonly DraftKernel[];
  readonly leftOut: readonly LeftOut[];
}

async function draftAll(host: Host, place: Locations, named: readonly string[] | null): Promise<Found> {
  const { reader, root, folder } = place;
  const paths = named?.map((path) => pathBelow(host, root, path)) ?? findPrograms(reader, folder);
  const shown = (path: string) => displayPath(host, join(root, path));
  const kernels: DraftKernel[] = [];
  const leftOut: LeftOut[] = [];
  const names = new Set<string>();
  for (const path of new Set(paths)) {
    const { entries, refused } = await readEntries(reader, path, { explicit: named !== null, shown });
    leftOut.push(...refused);
    if (named !== null && entries.length === 0) throw cannotGuard(refused);
    for (const entry of entries) {
      const name = kernelName(path, entry.name, entries.length > 1, names);
      const source = slashed(join(root, folder), join(root, path));
      kernels.push(draftKernel({ name, source, entry }));
    }
  }
  if (kernels.length === 0) throw noKernels(shown(folder), leftOut);
  if (kernels.length > mostKernels) {
    throw new JoulegateError(
      'bad-input',
      `There are ${kernels.length} kernels; a manifest holds ${mostKernels}.`,
      {
        code: 'too-many-kernels',
        nextStep: 'Name the files with --wgsl, and give groups of them manifests of their own.',
      },
    );
  }
  return { kernels, leftOut };
}

/** @throws JoulegateError (bad-input, `path-outside`) through the reader if it leaves the root */
function pathBelow(host: Host, root: string, path: string): string {
  const absolute = absolutePath(host, path);
  let folder = dirname(absolute);
  try {
    folder = realpathSync(folder);
  } catch {
    // A folder that is not there has no other name; reading says that it is missing.
  }
  return slashed(root, join(folder, absolute.slice(dirname(absolute).length)));
}

/** `@compute`, or what it was before WGSL was finished. */
const mentionsCompute = /@\s*compute\b|\bstage\s*\(\s*compute\b/;

/** Entry points of a program that can be guarded, and what cannot. */
async function readEntries(
  reader: FileReader,
  path: string,
  options: { readonly explicit: boolean; readonly shown: (path: string) => string },
): Promise<{ readonly entries: readonly DescribedEntry[]; readonly refused: readonly LeftOut[] }> {
  const { explicit, shown } = options;
  const whole = (reason: string) => [{ file: shown(path), line: null, column: null, reason }];
  if (!/\.(?:wgsl|wesl)$/.test(path))
    return { entries: [], refused: whole('is neither a .wgsl nor a .wesl file') };
  const source = readProgram(reader, path);
  if (source === null) return { entries: [], refused: whole('there is no such file') };
  // Drawing shaders and modules for import are no news, and may well be no whole program either.
  if (!explicit && !mentionsCompute.test(source.files[path] ?? '')) return { entries: [], refused: [] };
  const described = await describeProgram(source);
  if (!described.ok) {
    const failure = { ...described.failure, message: `cannot be read: ${described.failure.message}` };
    return { entries: [], refused: [leftOut(failure, path, shown)] };
  }
  const entries = described.value.filter(({ obstacle }) => obstacle === null);
  const refused = described.value.flatMap(({ obstacle, name }) =>
    obstacle === null ? [] : [leftOut({ ...obstacle, message: `${name}: ${obstacle.message}` }, path, shown)],
  );
  if (explicit && described.value.length === 0) refused.push(...whole('has no @compute entry point'));
  return { entries, refused };
}

function leftOut(failure: VariantFailure, path: string, shown: (path: string) => string): LeftOut {
  const { file = path, line = null, column = null, message } = failure;
  return { file: shown(file), line, column, reason: message };
}

/** The file's name, with the entry point's where there are several; unique, and a name that a manifest takes. */
function kernelName(path: string, entry: string, several: boolean, taken: Set<string>): string {
  const file = path.slice(path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
  const whole = !several ? file : entry.startsWith(file) ? entry : `${file}-${entry}`;
  const plain = whole.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  const base = (plain === '' ? 'kernel' : plain).slice(0, 58);
  let name = base;
  for (let i = 2; taken.has(name); i++) name = `${base}-${i}`;
  taken.add(name);
  return name;
}

/** What reading the manifest finds: exactly what has to be filled in. */
function blanksOf({ reader, folder, shownManifest }: Locations, text: string): Initialisation['blanks'] {
  const { problems } = parseManifest({ path: shownManifest, text, reader, folder, operators });
  return problems
    .filter(({ severity }) => severity === 'error')
    .map(({ file, line, column, sourceLine }) => ({ file, line, column, sourceLine }));
}

/** The workflow, unless one that uses Joulegate is there. */
function writeWorkflow({ root, reader, folder, manifestPath }: Locations): {
  readonly path: string;
  readonly isNew: boolean;
  readonly ownerMissing: boolean;
} {
  const workflows = '.github/workflows';
  const uses = reader
    .list(workflows)
    .filter((path) => /\.ya?ml$/.test(path))
    .find((path) => /uses:\s*['"]?[\w.-]+\/joulegate@/.test(reader.read(path) ?? ''));
  const path = join(root, workflows, 'joulegate.yml');
  if (uses !== undefined) return { path: join(root, uses), isNew: false, ownerMissing: false };
  if (isThere(path)) return { path, isNew: false, ownerMissing: false };
  const name = manifestPath.slice(dirname(manifestPath).length + 1);
  const text = workflowText(folderIn(`${folder}/`) === '' ? name : `${folder}/${name}`);
  writeNewFile(path, text);
  return { path, isNew: true, ownerMissing: /uses: OWNER\//.test(text) };
}

function describe({ file, line, column, reason }: LeftOut): string {
  return `${[file, line, column].filter((part) => part !== null).join(':')}: ${reason}`;
}

function cannotGuard(refused: readonly LeftOut[]): JoulegateError {
  return new JoulegateError('bad-input', refused.map(describe).join('\n'), {
    code: 'cannot-guard',
    nextStep: 'Name a file with a @compute entry point whose bindings are storage and uniform buffers.',
  });
}

function noKernels(folder: string, refused: readonly LeftOut[]): JoulegateError {
  const reasons = refused.length === 0 ? '' : `\n${refused.map(describe).join('\n')}`;
  const where = folder === '.' ? 'this folder' : folder;
  return new JoulegateError('bad-input', `There is no kernel to guard below ${where}.${reasons}`, {
    code: 'no-kernels',
    nextStep: 'Name the files with --wgsl, or write a joulegate.yaml with an operator of the library.',
  });
}

function manifestThere(shown: string): JoulegateError {
  return new JoulegateError('bad-input', `${shown} is there already, and is left as it is.`, {
    code: 'file-exists',
    nextStep: 'Add --print to see the new entries, and put them below its `kernels:`.',
  });
}
