import { YamlDocument } from './document.ts';
import { readNetworks } from './networks.ts';
import { type LoadedOperator, loadOperator } from './operators.ts';
import { pathFault, resolvePath } from './paths.ts';
import { type Place, placeIn } from './place.ts';
import { ProblemList } from './problem-list.ts';
import { ProgramFiles } from './program-files.ts';
import { type KernelContext, readKernel } from './read-kernel.ts';
import { readSound } from './schema-problems.ts';
import { readBudget, readGate, readObjective } from './settings.ts';
import { SourceFiles } from './source-files.ts';
import { SourceText } from './source-text.ts';
import type { FileReader, KernelDefinition, Manifest, ManifestProblem, OperatorDefinition } from './types.ts';

/** Largest manifest that is read, in UTF-16 units. */
const maxCharacters = 1024 * 1024;

const defaultTunedPath = 'tuned.json';

export interface ParseOptions {
  /** The manifest's path as the user gave it; only for messages. */
  readonly path: string;
  readonly text: string;
  /** Where the kernels' programs are read from. */
  readonly reader: FileReader;
  /** The manifest's folder relative to the reader's root: what the paths in it are relative to. Empty: the root. */
  readonly folder?: string;
  readonly operators: readonly OperatorDefinition[];
}

export interface ParsedManifest {
  /** null if any problem is an error. */
  readonly manifest: Manifest | null;
  /** Everything that is wrong, in the order of the file. */
  readonly problems: readonly ManifestProblem[];
}

function readTunedPath(written: string | undefined, place: Place, folder: string): string {
  if (written === undefined) return defaultTunedPath;
  const fault = pathFault(written);
  const resolved = fault === null ? resolvePath(folder, written) : null;
  if (resolved === null) {
    place.value({
      message: `the path '${written}' ${fault ?? 'leads out of the repository'}`,
      nextStep: "give a path below the repository, relative to the manifest's folder, with '/'",
    });
  } else if (!written.endsWith('.json')) {
    place.value({
      message: `'${written}' is not a .json file`,
      nextStep: `write for example ${defaultTunedPath}`,
    });
  }
  return written;
}

/** Reads each operator once, when a kernel first uses it. */
function operatorLoader(operators: readonly OperatorDefinition[]): KernelContext['loadOperator'] {
  const loaded = new Map<string, LoadedOperator>();
  return (name) => {
    const definition = operators.find((operator) => operator.name === name);
    if (definition === undefined) return null;
    let operator = loaded.get(name);
    if (operator === undefined) {
      operator = loadOperator(definition);
      loaded.set(name, operator);
    }
    return operator;
  };
}

/**
 * Reads a manifest: YAML, schema, expressions, paths and programs. All faults are collected, none is thrown.
 * @throws Error only if an operator of the library is itself faulty, or the reader fails unexpectedly
 */
export function parseManifest(options: ParseOptions): ParsedManifest {
  const { path, text, reader, folder = '', operators } = options;
  const isTooLarge = text.length > maxCharacters;
  const source = new SourceText(path, isTooLarge ? text.slice(0, text.indexOf('\n') + 1 || 80) : text);
  const problems = new ProblemList(source);
  if (isTooLarge) {
    problems.add(
      { start: 0, end: 1 },
      { message: 'the manifest is larger than 1 MiB', nextStep: 'check that this is the right file' },
    );
    return { manifest: null, problems: problems.inOrder() };
  }
  const document = new YamlDocument(source, problems);
  // Text that is not YAML at all holds nothing to check.
  const isUnreadable = document.data === null && document.damagedFrom !== Number.POSITIVE_INFINITY;
  const written = isUnreadable ? {} : readSound(document);
  const objective = readObjective(written.objective, '/objective', document);
  const gate = readGate(written.gate);
  const context: KernelContext = {
    document,
    programs: new ProgramFiles(reader, resolvePath('', folder) ?? ''),
    sources: new SourceFiles(reader, resolvePath('', folder) ?? ''),
    operatorNames: operators.map(({ name }) => name),
    loadOperator: operatorLoader(operators),
    objective,
    gate,
    clocks: written.clocks,
  };
  const kernels: KernelDefinition[] = [];
  for (const [name, kernel] of Object.entries(written.kernels ?? {})) {
    const definition = kernel === undefined ? null : readKernel(name, kernel, context);
    if (definition !== null) kernels.push(definition);
  }
  const manifest: Manifest = {
    path,
    objective,
    budget: readBudget(written.budget),
    gate,
    kernels,
    networks: readNetworks(written.networks, { document, kernels, gate }),
    tunedPath: readTunedPath(written.tuned, placeIn(document, '/tuned'), folder),
  };
  return {
    manifest: problems.hasErrors ? null : manifest,
    problems: problems.inOrder(document.damagedFrom),
  };
}
