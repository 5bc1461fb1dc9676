import { blankComments, spaces } from './tokens.ts';

/** A change of a text: what is put in place of `[start, end)`. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Groups within groups that are looked into. */
const maxDepth = 16;

/**
 * The text with each declaration of `@if(CONDITION) { declarations }` under the condition itself: linkers have such groups which
 * the library does not know. Lines stay where they are.
 */
export function ungrouped(text: string): string {
  if (!/@(?:if\b|else\s*\{)/.test(text)) return text;
  const edits: Edit[] = [];
  const plain = blankComments(text);
  if (scan({ plain, edits }, { start: 0, end: plain.length, outer: [] }) === null) return text;
  let done = 0;
  const parts = edits.flatMap(({ start: from, end, text: put }) => {
    const before = text.slice(done, from);
    done = end;
    return [before, put];
  });
  return [...parts, text.slice(done)].join('');
}

interface Scanned {
  readonly plain: string;
  readonly edits: Edit[];
}

interface Level {
  readonly start: number;
  readonly end: number;
  /** Conditions of the groups around. */
  readonly outer: readonly string[];
}

const start = /\s*(?:(@(?:if|elif)\b\s*(?=\())|(@else\b))?/y;

/** Goes through the declarations of a group, or of the whole text; null for what no parser would take. */
function scan(scanned: Scanned, level: Level): true | null {
  const { plain, edits } = scanned;
  let chain: readonly string[] = [];
  let hasGroup = false;
  for (let at = level.start; at < level.end; ) {
    start.lastIndex = at;
    const [whole = '', conditional, otherwise] = start.exec(plain) ?? [];
    const from = at + whole.length - (conditional ?? otherwise ?? '').length;
    if (from >= level.end) return true;
    let after = at + whole.length;
    let own: string | null = null;
    if (conditional !== undefined) {
      const close = closing(plain, after);
      if (close === null) return null;
      own = plain.slice(after, close + 1).replaceAll(/\s+/g, ' ');
      after = close + 1;
    }
    const isChained = otherwise !== undefined || (conditional?.startsWith('@elif') ?? false);
    if (!isChained) {
      chain = [];
      hasGroup = false;
    }
    const explicit = [
      ...level.outer,
      ...(isChained ? chain.map((one) => `!${one}`) : []),
      ...(own === null ? [] : [own]),
    ];
    if (own !== null) chain = [...chain, own];
    const isConditional = conditional !== undefined || otherwise !== undefined;
    const brace = after + (/^\s*/.exec(plain.slice(after, after + 1000))?.[0].length ?? 0);
    if (isConditional && plain[brace] === '{') {
      const close = closing(plain, brace);
      if (close === null || level.outer.length >= maxDepth) return null;
      hasGroup = true;
      edits.push({ start: from, end: brace + 1, text: spaces(plain.slice(from, brace + 1)) });
      if (scan(scanned, { start: brace + 1, end: close, outer: explicit }) === null) return null;
      edits.push({ start: close, end: close + 1, text: ' ' });
      at = close + 1;
      continue;
    }
    const isMoved = level.outer.length > 0 || (isChained && hasGroup);
    if (isMoved && plain[from] !== ';') {
      const kept = isConditional ? spaces(plain.slice(from, after)) : '';
      edits.push({
        start: from,
        end: isConditional ? after : from,
        text: `@if(${explicit.join(' && ')}) ${kept}`,
      });
    }
    const end = declarationEnd(plain, after, level.end);
    if (end === null) return null;
    at = end;
  }
  return true;
}

const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Where the bracket that opens at a place closes; null if it does not. */
function closing(plain: string, open: number): number | null {
  const stack: string[] = [];
  for (let at = open; at < plain.length; at++) {
    const character = plain[at] as string;
    const closer = closers[character];
    if (closer !== undefined) stack.push(closer);
    else if (character === stack.at(-1)) stack.pop();
    if (stack.length === 0) return at;
  }
  return null;
}

/** Where a declaration ends: after its `;`, or its braces. */
function declarationEnd(plain: string, from: number, limit: number): number | null {
  for (let at = from; at < limit; at++) {
    const character = plain[at];
    if (character === ';') return at + 1;
    if (character === '{' || character === '(' || character === '[') {
      const close = closing(plain, at);
      if (close === null) return null;
      if (character === '{' && !/^\s*;/.test(plain.slice(close + 1, close + 100))) return close + 1;
      at = close;
    }
  }
  return limit;
}
