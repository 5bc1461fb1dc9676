import type { ProgramSource } from '../manifest/index.ts';
import { lineStarts, positionAt } from './text-position.ts';
import type { Pass, PrintedText, VariantFailure } from './types.ts';
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

/**
 * The failure with its line, a line of the final WGSL, replaced by the user's.
 * @param printed what the lines are of, if a program printed it
 */
export function inUserFile(failure: VariantFailure, lines: Lines, printed?: PrintedText): VariantFailure {
  if (failure.line === undefined) return failure;
  const origin = lines[failure.line - 1];
  const { line: _line, column: _column, file: _file, ...rest } = failure;
  if (!origin) return rest;
  const { file, line, column = 1 } = origin;
  return printed === undefined ? { ...rest, file, line, column } : inPrinted(rest, printed, { line, column });
}

/** Lines that are shown before and after the one at fault. */
const shownAround = 2;

/** A failure at a place of what a program printed: shown there, and placed where the manifest names the program. */
export function inPrinted(
  failure: VariantFailure,
  { text, by, at }: PrintedText,
  { line, column }: { readonly line: number; readonly column: number | null },
): VariantFailure {
  const lines = text.split('\n');
  const first = Math.max(1, line - shownAround);
  const last = Math.min(lines.length, line + shownAround);
  const width = String(last).length;
  const shown: string[] = [];
  for (let number = first; number <= last; number++) {
    shown.push(`  ${String(number).padStart(width)} | ${cut(lines[number - 1] ?? '')}`);
    if (number === line && column !== null && column <= longestShown)
      shown.push(`  ${' '.repeat(width)} | ${' '.repeat(column - 1)}^`);
  }
  const place = column === null ? `line ${line}` : `line ${line}, column ${column}`;
  const message = `${failure.message} (${place} of what \`${by}\` prints)\n${shown.join('\n')}`;
  return { ...failure, message, ...at };
}

/** Some generators print one long line. */
const longestShown = 160;

function cut(line: string): string {
  const visible = line.replaceAll('\t', ' ').trimEnd();
  return visible.length <= longestShown ? visible : `${visible.slice(0, longestShown)}…`;
}

/** A place in a module's text as the user knows it: where the text comes from, if it is no file as it is. */
function atOrigin({ origins, files }: ProgramSource, place: UserPosition): UserPosition {
  const origin = origins?.[place.file];
  const text = files[place.file];
  if (origin === undefined || text === undefined) return place;
  const start = lineStarts(text)[place.line - 1] ?? text.length;
  return origin.place(start + (place.column ?? 1) - 1);
}

/** The lines of a program whose modules come from elsewhere, there. */
export function linesAtOrigin(source: ProgramSource, lines: Lines): Lines {
  if (source.origins === undefined) return lines;
  const starts = new Map(
    Object.keys(source.origins).map((file) => [file, lineStarts(source.files[file] ?? '')]),
  );
  return lines.map((line) => {
    const origin = line === null ? undefined : source.origins?.[line.file];
    if (line === null || origin === undefined) return line;
    return origin.place((starts.get(line.file)?.[line.line - 1] ?? 0) + (line.column ?? 1) - 1);
  });
}

/** A failure at a place of a module's text as the user finds it. */
export function failureAtOrigin(
  source: ProgramSource,
  failure: VariantFailure,
  printed?: PrintedText,
): VariantFailure {
  const { file, line, column = 1 } = failure;
  if (printed !== undefined)
    return line === undefined ? { ...failure, ...printed.at } : inPrinted(failure, printed, { line, column });
  if (file === undefined || line === undefined) return failure;
  const place = atOrigin(source, { file, line, column });
  return { ...failure, file: place.file, line: place.line, column: place.column ?? 1 };
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
