/** A string as JavaScript writes it that came out of JSON. */
const literal = String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'`;

function decoded(text: string): string | null {
  const inner = text.slice(1, -1).replaceAll(/\\'/g, "'");
  const json = text.startsWith('"')
    ? inner
    : inner.replaceAll(/\\.|"/gs, (part) => (part === '"' ? '\\"' : part));
  try {
    return JSON.parse(`"${json}"`) as string;
  } catch {
    return null;
  }
}

/**
 * The modules of a `weslBundle.js` as wesl-packager writes it, by file name below the package's root. It is read and never run.
 * @returns null for what is written otherwise
 */
export function bundledModules(script: string): Readonly<Record<string, string>> | null {
  const start =
    /\bweslBundle\s*=\s*\{(?:\s*["']?(?:name|edition)["']?\s*:\s*["'][^"'\n]*["']\s*,)*\s*["']?modules["']?\s*:\s*\{/.exec(
      script,
    );
  if (start === null) return null;
  const pair = new RegExp(String.raw`\s*(?:(${literal})|(\w+))\s*:\s*(${literal})\s*(,?)`, 'gy');
  pair.lastIndex = start.index + start[0].length;
  const modules: Record<string, string> = {};
  for (let end = pair.lastIndex; ; end = pair.lastIndex) {
    const match = pair.exec(script);
    if (match === null) return /^\s*\}/.test(script.slice(end, end + 1000)) ? modules : null;
    const [, quoted, plain = '', value = '""'] = match;
    const name = quoted === undefined ? plain : decoded(quoted);
    const text = decoded(value);
    if (name === null || text === null || name.split('/').includes('..')) return null;
    modules[name.replace(/^\.\//, '')] = text;
  }
}

/** The file that a package exports under a subpath (`.`, `./a/b`); null for none. */
export function exportedFile(exports: unknown, subpath: string): string | null {
  if (typeof exports === 'string') return subpath === '.' ? exports : null;
  if (typeof exports !== 'object' || exports === null) return null;
  const entries = Object.entries(exports);
  if (!entries.some(([key]) => key.startsWith('.'))) return subpath === '.' ? conditional(exports) : null;
  for (const [key, target] of entries) {
    if (key === subpath) return conditional(target);
    const [before = '', after] = key.split('*');
    if (after === undefined || !subpath.startsWith(before) || !subpath.endsWith(after)) continue;
    return (
      conditional(target)?.replaceAll('*', subpath.slice(before.length, subpath.length - after.length)) ??
      null
    );
  }
  return null;
}

function conditional(target: unknown): string | null {
  if (typeof target === 'string') return target;
  if (typeof target !== 'object' || target === null) return null;
  for (const [condition, inner] of Object.entries(target)) {
    if (condition === 'import' || condition === 'default') return conditional(inner);
  }
  return null;
}
