import { basename } from 'node:path';
import type { Host } from '../host.ts';

/** What names of files and folders are made of in running text; a blank ends one. */
const letter = '[\\p{L}\\p{N}_.@+~-]';
/** A path does not begin behind these: `kernels/softmax.wesl` is relative, `https://host/x` an address. */
const atStart = '(?<![\\p{L}\\p{N}_.~$/])';

/** An absolute path of two names or more, or the address of a file. Folders that are the same on every machine may stay. */
const absolutePath = new RegExp(
  `(?:file://|${atStart})/(?!(?:dev|etc|lib|lib64|proc|sys|usr)/)${letter}+(?:/${letter}+)+`,
  'gu',
);

/** Makes paths below a folder relative to it, and a dot of the folder itself. */
function relativeTo(folder: string): (text: string) => string {
  if (folder === '/') return (text) => text;
  const literal = `${atStart}${folder.replaceAll(/[$()*+./?[\\\]^{|}]/g, '\\$&')}`;
  const below = new RegExp(`${literal}/(?=${letter})`, 'gu');
  const itself = new RegExp(`${literal}(?:/|(?!${letter}|/))`, 'gu');
  return (text) => text.replace(below, '').replace(itself, '.');
}

/**
 * Data or a text that others will read, without paths of this machine: those below the working directory are relative to it, of
 * others only the name is left. They tell nobody anything, and may hold the name of an account or a project.
 */
export function withoutLocalPaths<T>(host: Pick<Host, 'workingDirectory'>, value: T): T {
  const toRelative = relativeTo(host.workingDirectory);
  const clean = (part: unknown): unknown => {
    if (typeof part === 'string') {
      return part.includes('/') ? toRelative(part).replace(absolutePath, (path) => basename(path)) : part;
    }
    if (Array.isArray(part)) return part.map(clean);
    if (part === null || typeof part !== 'object') return part;
    return Object.fromEntries(Object.entries(part).map(([key, entry]) => [key, clean(entry)]));
  };
  return clean(value) as T;
}
