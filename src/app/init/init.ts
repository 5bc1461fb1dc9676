import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { openFolder } from '../../git/index.ts';
import { type FileReader, type ManifestProblem, parseManifest } from '../../manifest/index.ts';
import { operators } from '../../operators/index.ts';
import { isThere, writeNewFile } from '../../store/index.ts';
import type { Host, ManifestOptions } from '../host.ts';
import { absolutePath, displayPath, folderIn, repositoryOf } from '../project/index.ts';
import type { DraftKernel } from './draft.ts';
import { describeOtherFiles, findOtherFiles, type OtherFiles } from './other-files.ts';
import { draftProgram } from './program.ts';
import { type LeftOut, readEntries } from './read-entries.ts';
import { isComplete, withSizes } from './sizes.ts';
import { findPrograms, slashed } from './sources.ts';
import { workflowText } from './workflow.ts';
import { draftKernels, draftManifest } from './yaml.ts';

export interface InitOptions extends ManifestOptions {
  /** Programs to take, by path from the working directory; null: every program below the manifest's folder. */
  readonly programs: readonly string[] | null;
  /** Write nothing. */
  readonly print: boolean;
  /** Give sizes that programs ask for a value that most run with; not unless given. */
  readonly guessSizes?: boolean;
}

export interface Initialisation {
  readonly manifest: string;
  /** What was written, in order; empty with `print`. */
  readonly written: readonly string[];
  /** What was there already and is as it was. */
  readonly kept: readonly string[];
  readonly kernels: readonly {
    readonly name: string;
    readonly source: string;
    /** One, or those of its passes. */
    readonly entries: readonly string[];
  }[];
  readonly leftOut: readonly LeftOut[];
  /** What else has kernels in it; empty where programs were named. */
  readonly otherFiles: readonly OtherFiles[];
  /** Values of the manifest that run and need not be what ships: their lines, from 1. */
  readonly guesses: readonly { readonly line: number; readonly text: string }[];
  /** Places of the manifest that only the user can fill in; `joulegate validate` points at the same. */
  readonly blanks: readonly Pick<ManifestProblem, 'file' | 'line' | 'column' | 'sourceLine'>[];
  /** The manifest's entries, ready to be put below `kernels:`. */
  readonly entries: string;
  /** A manifest of the kernels that could be run now, and their names. */
  readonly complete: { readonly text: string; readonly kernels: readonly string[] };
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
  const found = hasManifest
    ? { kernels: [], leftOut: [], otherFiles: [] }
    : await draftAll(host, place, options.programs);
  const kernels = options.guessSizes === true ? withSizes(found.kernels) : found.kernels;
  const text = draftManifest(kernels);
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
    kernels: kernels.map(({ name, source, passes }) => ({
      name,
      source,
      entries: passes.map(({ entry }) => entry),
    })),
    leftOut: found.leftOut,
    otherFiles: found.otherFiles,
    guesses: text
      .split('\n')
      .flatMap((line, at) => (/ # GUESS(?:$|:)/.test(line) ? [{ line: at + 1, text: line.trim() }] : [])),
    blanks,
    entries: draftKernels(kernels),
    complete: completeOf(kernels),
    ownerMissing,
  };
}

function completeOf(kernels: readonly DraftKernel[]): Initialisation['complete'] {
  const complete = kernels.filter(isComplete);
  return { text: draftManifest(complete), kernels: complete.map(({ name }) => name) };
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
  readonly otherFiles: readonly OtherFiles[];
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
    const source = slashed(join(root, folder), join(root, path));
    const nameOf = (entry: string) => kernelName(path, entry, entries.length > 1, names);
    kernels.push(...draftProgram(entries, { source, nameOf }));
  }
  const otherFiles = named === null ? findOtherFiles(reader, folder, shown) : [];
  if (kernels.length === 0) throw noKernels(shown(folder), leftOut, otherFiles);
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
  return { kernels, leftOut, otherFiles };
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

function noKernels(
  folder: string,
  refused: readonly LeftOut[],
  otherFiles: readonly OtherFiles[],
): JoulegateError {
  const reasons = [...refused.map(describe), ...otherFiles.map(describeOtherFiles)]
    .map((line) => `\n${line}`)
    .join('');
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
