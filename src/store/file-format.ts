import { existsSync, renameSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { JoulegateError } from '../errors/index.ts';
import type { SchemaFault, Validation } from '../schema/index.ts';
import { formatJson } from './format-json.ts';
import { parseJson } from './parse-json.ts';
import { printable } from './printable.ts';
import { isGzipName, readTextFile } from './read-file.ts';
import { realTarget } from './real-place.ts';
import { systemReason, writeFileAtomic } from './write-file-atomic.ts';

/** One of our file formats: how it is checked and laid out. */
export interface FileFormat<T> {
  /** What people call it, with its article: `a recording`. */
  readonly title: string;
  /** The `schema` field of its files. */
  readonly schema: string;
  /** The `version` this program reads and writes. */
  readonly version: number;
  /** Largest file, packed and unpacked, in bytes. */
  readonly maxBytes: number;
  /** Levels of the JSON that get a line per entry. */
  readonly expandedLevels: number;
  validate(data: unknown): Validation<T>;
  /** What the schema cannot say. The first fault, or null. */
  findFault(value: T): string | null;
}

/** What became of a file that a cache handed over and that nobody vouches for. */
export type CachedFile<T> =
  | { readonly value: T }
  /** `aside` says in one sentence why the file was set aside; null if there was no file. */
  | { readonly value: null; readonly aside: string | null };

/** Of two alternatives neither fits, or how a key breaks its pattern: another fault says it better. */
function isTelling(fault: SchemaFault): boolean {
  return !['oneOf', 'anyOf'].includes(fault.keyword) && !fault.schemaPath.includes('/propertyNames/');
}

function describeFaults(faults: readonly SchemaFault[]): string {
  const telling = faults.filter(isTelling);
  const listed = telling.length > 0 ? telling : faults;
  // The deepest fault is the one in the alternative that was meant.
  const depth = (fault: SchemaFault) => fault.pointer.split('/').length;
  const first = listed.reduce((a, b) => (depth(b) > depth(a) ? b : a));
  const others = listed.length > 1 ? ` (and ${listed.length - 1} more)` : '';
  return `${first.pointer === '' ? 'the file' : first.pointer} ${first.message}${others}`;
}

/** A reason may quote a key of the file, and the file may be one long key. */
const maxReason = 1000;

function damaged(label: string, reason: string, nextStep: string): JoulegateError {
  const shown = reason.length > maxReason ? `${reason.slice(0, maxReason)}…` : reason;
  return new JoulegateError('bad-input', printable(`${label} ${shown}`), { code: 'damaged-file', nextStep });
}

/** A wrong kind of file, or one of a later version, is told apart from a damaged one. */
function checkHeader<T>(format: FileFormat<T>, data: unknown, label: string): void {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) {
    throw damaged(label, `is not ${format.title}`, 'Check that this is the right file.');
  }
  const { schema, version } = data as { schema?: unknown; version?: unknown };
  if (schema !== format.schema) {
    // A file that is not one of ours is not quoted.
    const isOurs = typeof schema === 'string' && /^joulegate-[a-z]{1,20}$/.test(schema);
    const found = isOurs
      ? `it says "${schema}"`
      : `it has ${schema === undefined ? 'no' : 'another'} "schema"`;
    throw damaged(label, `is not ${format.title}: ${found}`, 'Check that this is the right file.');
  }
  if (typeof version === 'number' && version > format.version) {
    const reason = `has version ${version} of its format and this program knows up to ${format.version}`;
    throw damaged(label, reason, 'Update Joulegate.');
  }
}

/** Data to data that can be relied on. @throws JoulegateError (bad-input, `damaged-file`). */
export function checkData<T>(format: FileFormat<T>, data: unknown, label: string): T {
  checkHeader(format, data, label);
  const checked = format.validate(data);
  const fault = checked.ok ? format.findFault(checked.value) : describeFaults(checked.faults);
  if (checked.ok && fault === null) return checked.value;
  throw damaged(label, `is not valid: ${fault}`, 'Correct the file or write it again.');
}

/**
 * Text to data that can be relied on. `label` names the source in messages.
 * @throws JoulegateError (bad-input, `damaged-file`).
 */
export function parseFile<T>(format: FileFormat<T>, text: string, label: string): T {
  return checkData(format, parseJson(text, label), label);
}

/** @throws JoulegateError (bad-input): see `readTextFile` and `parseFile`. */
export function readFileOf<T>(format: FileFormat<T>, path: string): T {
  return parseFile(format, readTextFile(path, format.maxBytes), path);
}

/** null if there is no such file; a file that is there must be right. */
export function readFileIfPresent<T>(format: FileFormat<T>, path: string): T | null {
  try {
    return readFileOf(format, path);
  } catch (error) {
    if (error instanceof JoulegateError && error.code === 'file-not-found') return null;
    throw error;
  }
}

/** Renames to the first free `<name>.damaged-<n>`; with all taken the last is overwritten, so they cannot pile up. */
function setAside(path: string): string {
  const maxKept = 9;
  for (let n = 1; ; n++) {
    const target = `${path}.damaged-${n}`;
    if (n < maxKept && existsSync(target)) continue;
    renameSync(realTarget(path), realTarget(target));
    return target;
  }
}

/**
 * Reads a file from a cache or an artifact. One that cannot be used is renamed out of the way and the caller goes on
 * without it.
 */
export function readCachedFile<T>(format: FileFormat<T>, path: string): CachedFile<T> {
  try {
    return { value: readFileOf(format, path) };
  } catch (error) {
    if (!(error instanceof JoulegateError)) throw error;
    if (error.code === 'link-outside') throw error;
    if (error.code === 'file-not-found') return { value: null, aside: null };
    try {
      return { value: null, aside: `${error.message}; set aside as ${setAside(path)}` };
    } catch (renameError) {
      return { value: null, aside: `${error.message}; left in place: ${systemReason(renameError)}` };
    }
  }
}

/** The text a file of this format holds. Throws a plain Error if `value` is not valid: a fault of ours, not the user's. */
export function formatFile<T>(format: FileFormat<T>, value: T): string {
  const checked = format.validate(value);
  const fault = checked.ok ? format.findFault(value) : describeFaults(checked.faults);
  if (fault !== null) throw new Error(`refusing to write ${format.title} that could not be read: ${fault}`);
  return formatJson(value, format.expandedLevels);
}

/** Writes atomically; gzip if the name ends in `.gz`. @throws JoulegateError (bad-input, `cannot-write`). */
export function writeFileOf<T>(format: FileFormat<T>, path: string, value: T): void {
  const text = formatFile(format, value);
  writeFileAtomic(path, isGzipName(path) ? gzipSync(text, { level: 9 }) : text);
}
