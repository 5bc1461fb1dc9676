import { readdir, readFile } from 'node:fs/promises';
import type { Probed } from '../sensor/types.ts';

/** A sysfs attribute is one short line. */
const maxCharacters = 256;

/** Boards name themselves, and names end up on terminals. */
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Text of a sysfs attribute without its line end. */
export async function readAttribute(path: string): Promise<Probed<string>> {
  try {
    const text = await readFile(path, 'utf8');
    return text.length > maxCharacters
      ? { ok: false, why: `${path} is no attribute` }
      : { ok: true, value: text.trim().replace(unprintable, '?') };
  } catch (error) {
    return { ok: false, why: whyUnreadable(path, error as NodeJS.ErrnoException) };
  }
}

/** A clause that says why a file cannot be read. */
export function whyUnreadable(path: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return `there is no ${path}`;
  if (code === 'EACCES' || code === 'EPERM') return `no permission to read ${path}`;
  return message;
}

/** A sysfs number: a decimal integer, nothing else. */
export async function readInteger(path: string): Promise<Probed<number>> {
  const read = await readAttribute(path);
  if (!read.ok) return read;
  return /^-?\d{1,20}$/.test(read.value)
    ? { ok: true, value: Number(read.value) }
    : { ok: false, why: `${path} says '${read.value}', which is no integer` };
}

/** Names in a folder that match, in order; none if there is no such folder. */
export async function namesIn(folder: string, pattern: RegExp): Promise<string[]> {
  try {
    const found = await readdir(folder);
    return found
      .filter((name) => pattern.test(name))
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  } catch {
    return [];
  }
}
