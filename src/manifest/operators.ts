import { type OperatorFile, validateOperator } from '../schema/index.ts';
import { YamlDocument } from './document.ts';
import { ProblemList } from './problem-list.ts';
import { ProgramFiles } from './program-files.ts';
import { SourceText } from './source-text.ts';
import type { FileReader, OperatorDefinition, WorkloadParameter } from './types.ts';

/** An operator, read and checked. */
export interface LoadedOperator {
  readonly name: string;
  readonly file: OperatorFile;
  readonly document: YamlDocument;
  readonly programs: ProgramFiles;
}

function readerOf(files: Readonly<Record<string, string>>): FileReader {
  return {
    read: (path) => (Object.hasOwn(files, path) ? (files[path] as string) : null),
    // Operators are WESL: nothing else is read from them.
    readBytes: () => null,
    listSources: () => [],
    list: (folder) => Object.keys(files).filter((path) => folder === '' || path.startsWith(`${folder}/`)),
  };
}

/** @throws Error if the fragment is faulty: operators ship with Joulegate, so that is never the user's doing */
export function loadOperator(definition: OperatorDefinition): LoadedOperator {
  const { name, fragment, files } = definition;
  const source = new SourceText(`operator ${name}`, fragment);
  const problems = new ProblemList(source);
  const document = new YamlDocument(source, problems);
  const checked = validateOperator(document.data);
  const first = problems.inOrder()[0];
  if (first !== undefined) throw new Error(`operator ${name}, line ${first.line}: ${first.message}`);
  if (!checked.ok) {
    const faults = checked.faults.map(({ pointer, message }) => `${pointer} ${message}`).join('; ');
    throw new Error(`operator ${name}: ${faults}`);
  }
  return { name, file: checked.value, document, programs: new ProgramFiles(readerOf(files), '') };
}

/** What an operator's workload parameters are where a manifest does not give them. */
export function operatorDefaults(
  definition: OperatorDefinition,
): Readonly<Record<string, WorkloadParameter>> {
  const { parameters } = loadOperator(definition).file;
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}
