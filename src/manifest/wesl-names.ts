/**
 * The module paths that a WESL text may name, whole as `package::lib::math::twice` and in parts: what it imports, and what it
 * names by the last part of an import. Too many rather than too few: comments and conditions are not looked at.
 */
export function namedPaths(text: string): readonly (readonly string[])[] {
  const aliases = new Map<string, (readonly string[])[]>();
  const paths: (readonly string[])[] = [];
  for (const statement of importsOf(text)) {
    for (const { path, alias } of flattened(statement)) {
      paths.push(path);
      const known = aliases.get(alias) ?? [];
      if (known.length < maxMeanings && !known.some((one) => one.join() === path.join())) known.push(path);
      aliases.set(alias, known);
    }
  }
  for (const [whole] of text.matchAll(
    /(?<!\p{XID_Continue})[\p{XID_Start}_]\p{XID_Continue}*(?:\s*::\s*[\p{XID_Start}_]\p{XID_Continue}*)+/gu,
  )) {
    const [first = '', ...rest] = whole.split('::').map((part) => part.trim());
    for (const path of aliases.get(first) ?? []) paths.push([...path, ...rest]);
    if (!aliases.has(first)) paths.push([first, ...rest]);
  }
  return [...new Map(paths.map((path) => [path.join('::'), path])).values()];
}

/** The bodies of import statements; each is looked at once, however a hostile text repeats the word. */
function importsOf(text: string): readonly string[] {
  const bodies: string[] = [];
  const word = /\bimport\s/g;
  for (let found = word.exec(text); found !== null; found = word.exec(text)) {
    const end = text.indexOf(';', word.lastIndex);
    if (end === -1) break;
    bodies.push(text.slice(word.lastIndex, end));
    word.lastIndex = end;
  }
  return bodies;
}

/** Paths that one name may stand for under different conditions. */
const maxMeanings = 16;

/** Imports within imports that are looked into. */
const maxDepth = 32;

interface Import {
  readonly path: readonly string[];
  readonly alias: string;
}

/** `a::{b, c::{d as e}}` as `a::b` and `a::c::d`. */
function flattened(body: string): readonly Import[] {
  const tokens = body.match(/[\p{XID_Start}_]\p{XID_Continue}*|::|[{},]/gu) ?? [];
  const found: Import[] = [];
  let at = 0;
  const tree = (prefix: readonly string[], depth: number): void => {
    let path = prefix;
    for (;;) {
      const token = tokens[at];
      if (token === '{' && depth < maxDepth) {
        do {
          at++;
          tree(path, depth + 1);
        } while (tokens[at] === ',');
        at++;
        return;
      }
      if (token === undefined || !/^[\p{XID_Start}_]/u.test(token)) return;
      at++;
      path = [...path, token];
      if (tokens[at] === '::') {
        at++;
        continue;
      }
      const isRenamed = tokens[at] === 'as';
      const alias = isRenamed ? (tokens[at + 1] ?? token) : token;
      if (isRenamed) at += 2;
      found.push({ path, alias });
      return;
    }
  };
  tree([], 0);
  return found;
}
