import { extname } from 'node:path';
import {
  type DescribedEntry,
  describeProgram,
  foreignText,
  type VariantFailure,
} from '../../kernel/index.ts';
import { type FileReader, PackageFault, type ProgramSource } from '../../manifest/index.ts';
import { otherKind } from './other-files.ts';
import { readProgram } from './sources.ts';

/** A program, or an entry point of one, that the manifest does not have, and why. */
export interface LeftOut {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly reason: string;
  /** What it is that cannot be guarded, and what to do with such files; null where that is particular to this one. */
  readonly group: { readonly what: string; readonly wayOn: string } | null;
}

/** Entry points of a program that can be guarded, and what cannot. */
export interface ReadEntries {
  readonly entries: readonly DescribedEntry[];
  readonly refused: readonly LeftOut[];
}

/** `@compute`, or what it was before WGSL was finished. */
const mentionsCompute = /@\s*compute\b|\bstage\s*\(\s*compute\b/;

/**
 * Reads a program.
 *
 * @param options.explicit whether the user has named it: then it is said what is wrong with it, whatever it is.
 * @param options.shown a path as users see it
 */
export async function readEntries(
  reader: FileReader,
  path: string,
  options: { readonly explicit: boolean; readonly shown: (path: string) => string },
): Promise<ReadEntries> {
  const { explicit, shown } = options;
  const refuse = (reason: string) => ({ entries: [], refused: [leftOut({ message: reason }, path, shown)] });
  if (!/\.(?:wgsl|wesl)$/.test(path)) return refuse(otherFile(reader.read(path), path));
  let source: ProgramSource | null;
  try {
    source = readProgram(reader, path);
  } catch (error) {
    if (!(error instanceof PackageFault)) throw error;
    return refuse(`cannot be read: ${error.message}`);
  }
  if (source === null) return refuse('there is no such file');
  const text = source.files[path] ?? '';
  // Drawing shaders and modules for import are no news, and may well be no whole program either.
  if (!explicit && !mentionsCompute.test(text)) return { entries: [], refused: [] };
  const described = await describeProgram(source);
  if (!described.ok) {
    const { file = path } = described.failure;
    const foreign = foreignFile(source.files[file] ?? '');
    const failure = foreign ?? {
      ...described.failure,
      message: `cannot be read: ${described.failure.message}`,
    };
    return { entries: [], refused: [leftOut({ ...failure, file }, path, shown)] };
  }
  const refused = described.value.flatMap((entry) => {
    const fault = faultOf(entry);
    return fault === null
      ? []
      : [leftOut({ ...fault, message: `${entry.name}: ${fault.message}` }, path, shown)];
  });
  const entries = described.value.filter((entry) => faultOf(entry) === null);
  if (explicit && described.value.length === 0) {
    const foreign = foreignFile(text);
    refused.push(leftOut(foreign ?? { message: 'has no @compute entry point' }, path, shown));
  }
  return { entries, refused };
}

type Fault = Pick<VariantFailure, 'message' | 'file' | 'line' | 'column'> & Partial<Pick<LeftOut, 'group'>>;

const withTextures = {
  what: 'a program with textures, samplers or the like',
  wayOn: 'only buffers can be filled and compared',
};
const withoutOutput = { what: 'a program that writes no buffer', wayOn: 'nothing shows whether it is right' };

/** Names that later versions of WGSL, or extensions, declare: a compiler knows them better. */
const laterName = /^(?:subgroup|quad|texture|atomic|chromium|wgpu|ray)/i;

/** Why nothing can be guarded of an entry point; null if something can. */
function faultOf(entry: DescribedEntry): Fault | null {
  if (entry.obstacle !== null)
    return {
      ...entry.obstacle,
      group: /only buffers can be/.test(entry.obstacle.message) ? withTextures : null,
    };
  const missing = missingParts(entry);
  if (missing !== null || entry.bindings.some(({ written }) => written)) return missing;
  return { message: 'writes no buffer, so nothing shows whether it is right', group: withoutOutput };
}

/** A part of a program whose host adds the rest is none that anything can launch. */
function missingParts({ missingParts: all }: DescribedEntry): Fault | null {
  const parts = all.filter((name) => !laterName.test(name));
  if (parts.length === 0) return null;
  const listed = `${parts.slice(0, 5).join(', ')}${parts.length > 5 ? ', ...' : ''}`;
  return {
    message: `uses ${listed}, which nothing here declares: its host joins several files. Have the parts imported with WESL, or joined by a program that \`generate:\` names (docs/sources.md)`,
  };
}

/** What a file is that is no WGSL, with the way on; null if nothing gives it away. */
function foreignFile(text: string): Fault | null {
  const foreign = foreignText(text);
  if (foreign === null) return null;
  const { what, sign, wayOn, line, column } = foreign;
  return { message: `is ${what}, by \`${sign}\`: ${wayOn}`, line, column, group: { what, wayOn } };
}

function otherFile(text: string | null, path: string): string {
  if (text === null) return 'there is no such file';
  const kind = otherKind(path);
  if (kind !== null) return `is ${kind.what}: ${kind.wayOn}`;
  return (
    foreignFile(text)?.message ??
    `is neither a .wgsl nor a .wesl file, but ${extname(path) || 'without an ending'}`
  );
}

function leftOut(failure: Fault, path: string, shown: (path: string) => string): LeftOut {
  const { file = path, line = null, column = null, message, group = null } = failure;
  return { file: shown(file), line, column, reason: message, group };
}
