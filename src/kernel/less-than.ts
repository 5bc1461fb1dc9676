import { blankComments } from './tokens.ts';
import type { AbstractElem } from './wesl-syntax.ts';

/**
 * Where `<` after a name is an operator and begins no template (WGSL specification, "Template Lists"). The library's parser takes
 * more for templates: in `select(a, b, i < n) > c` it looks past the bracket for the `>`.
 */
function lessThans(text: string): readonly number[] {
  const candidates: number[] = [];
  const templates = new Set<number>();
  let pending: { readonly at: number; readonly depth: number }[] = [];
  let depth = 0;
  const close = () => {
    while ((pending.at(-1)?.depth ?? -1) >= depth) pending.pop();
  };
  const clear = () => {
    pending = [];
    depth = 0;
  };
  const plain = blankComments(text);
  const tokens = /<(?![<=])|::|&&|\|\||[<>=!]=|<<|[()[\]{};:=>]/g;
  for (const { 0: token, index } of plain.matchAll(tokens)) {
    switch (token) {
      case '<':
        if (!followsName(plain, index)) break;
        candidates.push(index);
        pending.push({ at: index, depth });
        break;
      case '>':
      case '>=': {
        const top = pending.at(-1);
        if (top?.depth === depth) {
          templates.add(top.at);
          pending.pop();
        }
        break;
      }
      case '(':
      case '[':
        depth++;
        break;
      case ')':
      case ']':
        close();
        depth = Math.max(0, depth - 1);
        break;
      case '&&':
      case '||':
        close();
        break;
      case '{':
      case ';':
      case ':':
      case '=':
        clear();
    }
  }
  return candidates.filter((at) => !templates.has(at));
}

function followsName(text: string, index: number): boolean {
  let at = index - 1;
  while (at >= 0 && /\s/.test(text[at] as string)) at--;
  return at >= 0 && /[\p{XID_Continue}_]/u.test(text[at] as string);
}

/**
 * Parses a text with another operator of the same kind in place of each `<`, so that none is taken for a template, and puts them
 * back into the syntax tree.
 */
export function withLessThans<T>(
  text: string,
  parse: (text: string) => T,
  ...[rootOf, childrenOf]: [
    rootOf: (parsed: T) => AbstractElem,
    childrenOf: (element: AbstractElem) => readonly AbstractElem[],
  ]
): T {
  const places = new Set(lessThans(text));
  if (places.size === 0) return parse(text);
  const characters = text.split('');
  for (const place of places) characters[place] = '>';
  const parsed = parse(characters.join(''));
  const restore = (element: AbstractElem): void => {
    if (element.kind === 'binary-expression' && places.has(element.operator.span[0])) {
      element.operator.value = '<';
    }
    for (const child of childrenOf(element)) restore(child);
  };
  restore(rootOf(parsed));
  return parsed;
}
