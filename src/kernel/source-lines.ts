import { lineStarts, positionAt } from './text-position.ts';
import type { Pass, VariantFailure } from './types.ts';
import type { LinkedText } from './wesl.ts';

type Lines = Pass['lines'];

/** A place in a file the user wrote; the column is null where it is not known. */
export interface UserPosition {
  readonly file: string;
  readonly line: number;
  readonly column: number | null;
}

/** Lines of a text that is the user's file as it is. */
export function identityLines(file: string, text: string): Lines {
  return text.split('\n').map((line, index) => ({ file, line: index + 1, column: indentation(line) + 1 }));
}

/** Lines of a linked program, by where their words come from. */
export function linkedLines(linked: LinkedText): Lines {
  const starts = new Map<string, number[]>();
  let offset = 0;
  return linked.wgsl.split('\n').map((line) => {
    const found = lineOrigin(linked, line, offset);
    offset += line.length + 1;
    if (found === null) return null;
    let known = starts.get(found.file);
    if (!known) {
      known = lineStarts(found.text);
      starts.set(found.file, known);
    }
    const { line: userLine, column } = positionAt(known, found.offset);
    return { file: found.file, line: userLine, column: Math.max(1, column - found.shift) };
  });
}

/**
 * The origin of a line: of its first word that stands in the user's text at the place the linker claims, because the
 * linker's places of keywords and punctuation are only near the truth. `shift` is how far into the line that word is.
 */
function lineOrigin(linked: LinkedText, line: string, offset: number) {
  const indent = indentation(line);
  if (indent === line.length) return null;
  for (const { 0: word, index } of line.matchAll(/[\p{XID_Start}_][\p{XID_Continue}]*|\d[\w.]*/gu)) {
    const origin = linked.origin(offset + index);
    if (origin?.text.startsWith(word, origin.offset)) return { ...origin, shift: index - indent };
  }
  const origin = linked.origin(offset + indent);
  return origin && { ...origin, shift: 0 };
}

/** The failure with its line, a line of the final WGSL, replaced by the user's. */
export function inUserFile(failure: VariantFailure, lines: Lines): VariantFailure {
  if (failure.line === undefined) return failure;
  const origin = lines[failure.line - 1];
  const { line: _line, column: _column, file: _file, ...rest } = failure;
  if (!origin) return rest;
  return { ...rest, file: origin.file, line: origin.line, column: origin.column ?? 1 };
}

/**
 * Where a compiler's remark on a pass's final WGSL belongs in the user's files; null if nowhere.
 *
 * @param line 1-based line of `pass.wgsl`.
 * @param column 1-based column, or null for the whole line. Where linking has rewritten a line its column is near
 *   rather than exact.
 */
export function mapDiagnostic(
  pass: Pick<Pass, 'wgsl' | 'lines'>,
  line: number,
  column: number | null = null,
): UserPosition | null {
  const origin = pass.lines[line - 1];
  if (!origin) return null;
  if (column === null || origin.column === undefined) {
    return { file: origin.file, line: origin.line, column: origin.column ?? null };
  }
  const text = pass.wgsl.split('\n', line)[line - 1] ?? '';
  const shifted = origin.column + column - 1 - indentation(text);
  return { file: origin.file, line: origin.line, column: Math.max(1, shifted) };
}

function indentation(line: string): number {
  return line.length - line.trimStart().length;
}
