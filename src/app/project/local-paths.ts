import { basename } from 'node:path';
import type { Host } from '../host.ts';

/**
 * An absolute path in running text: two names or more. Not what stands behind a name, as in `kernels/softmax.wesl`, and no
 * address but that of a file. Folders that are the same on every machine may stay.
 */
const absolutePattern =
  /(?:file:\/\/|(?<![\w.~$/]))\/(?!(?:dev|etc|lib|lib64|proc|sys|usr)\/)[\w.@+~-]+(?:\/[\w.@+~-]+)+/g;

function withoutPaths(text: string, workingDirectory: string): string {
  if (!text.includes('/')) return text;
  const relative = workingDirectory === '/' ? text : text.replaceAll(`${workingDirectory}/`, '');
  return relative.replaceAll(workingDirectory, '.').replace(absolutePattern, (path) => basename(path));
}

/**
 * Data or a text that others will read, without paths of this machine: those below the working directory are relative to it, of
 * others only the name is left. They tell nobody anything, and may hold the name of an account or a project.
 */
export function withoutLocalPaths<T>(host: Pick<Host, 'workingDirectory'>, value: T): T {
  const { workingDirectory } = host;
  const clean = (part: unknown): unknown => {
    if (typeof part === 'string') return withoutPaths(part, workingDirectory);
    if (Array.isArray(part)) return part.map(clean);
    if (part === null || typeof part !== 'object') return part;
    return Object.fromEntries(Object.entries(part).map(([key, entry]) => [key, clean(entry)]));
  };
  return clean(value) as T;
}
