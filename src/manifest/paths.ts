/**
 * Resolves a path against a folder, both relative to a root and written with `/`.
 * @returns the path in its shortest form, relative to the root; null if it leaves the root
 */
export function resolvePath(folder: string, path: string): string | null {
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null;
    } else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** The way from a folder to a path, both in their shortest form and relative to the same root. */
export function relativePath(folder: string, path: string): string {
  const from = folder === '' ? [] : folder.split('/');
  const to = path.split('/');
  let common = 0;
  while (common < from.length && from[common] === to[common]) common++;
  return [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/');
}

/** The folder a path is in; empty for the root. */
export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** Why a path cannot be used at all, wherever it is meant to lead; null if it can. */
export function pathFault(path: string): string | null {
  if (/^([/\\~]|[A-Za-z]:)/.test(path)) return 'is not a relative path';
  if (path.includes('\\')) return 'has a backslash';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'has a control character';
  return null;
}
