import type { ComposedText } from '../composed-text.ts';
import { EmbeddingFault, printIt } from './fault.ts';
import type { HostFile } from './host-file.ts';

/** A word, a mark or a literal of a file, with what stands between a literal's marks. */
export interface Token {
  readonly kind: 'word' | 'mark' | 'raw' | 'text';
  readonly start: number;
  readonly end: number;
  /** Of a literal: where its contents are. */
  readonly from: number;
  readonly to: number;
}

/** A language's literals, comments and words. Each pattern is sticky; groups `open` and `close` are a literal's marks. */
export interface Lexicon {
  /** What is passed over: white space and comments. */
  skip(text: string, at: number): number;
  /** A literal whose contents are as they are written, or one with escapes; null if none starts here. */
  literal(text: string, at: number): Omit<Token, 'start'> | null;
}

const word = /[\p{XID_Start}_$][\p{XID_Continue}$]*|\d[\w.]*/uy;

/** The tokens of a file. */
export function tokensOf(text: string, lexicon: Lexicon): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const next = lexicon.skip(text, at);
    if (next > at) {
      at = next;
      continue;
    }
    const literal = lexicon.literal(text, at);
    if (literal !== null) {
      tokens.push({ ...literal, start: at });
      at = literal.end;
      continue;
    }
    word.lastIndex = at;
    const end = word.test(text) ? word.lastIndex : at + 1;
    const kind = end > at + 1 || /[\p{XID_Start}_]/u.test(text[at] ?? '') ? 'word' : 'mark';
    tokens.push({ kind, start: at, end, from: at, to: end });
    at = end;
  }
  return tokens;
}

/** A comment to the end of its line, or in blocks; the offset behind it, or `at` where none starts. */
export function behindSpace(text: string, at: number, nested: boolean): number {
  if (/\s/.test(text[at] ?? '')) return at + 1;
  if (text.startsWith('//', at)) {
    const end = text.indexOf('\n', at);
    return end === -1 ? text.length : end;
  }
  if (!text.startsWith('/*', at)) return at;
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    if (text.startsWith('/*', i) && (nested || depth === 0)) {
      depth++;
      i++;
    } else if (text.startsWith('*/', i)) {
      depth--;
      i++;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}

/** Where a text in quotes ends that starts at `at`: behind its closing mark. */
export function behindQuoted(text: string, at: number, quote: string): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i + 1;
  }
  return text.length;
}

/** How a language gives a name its text. */
export interface Definition {
  /** What stands between a name and its literal, without white space: a type, `=`, a constructor. */
  readonly way: RegExp;
  /** What may follow the literals. */
  readonly end: RegExp;
  /** The word before a name that needs nothing between, nor after: `#define`. */
  readonly before?: string;
}

/** A place where a name is given literals. */
interface Place {
  readonly at: number;
  readonly way: string;
  readonly literals: readonly Token[];
  /** The token behind them; undefined at the end of the file, or where it does not matter. */
  readonly follows: Token | undefined;
}

/** Most tokens between a name and its literal. */
const longestWay = 24;

function placesOf(
  text: string,
  tokens: readonly Token[],
  ...[name, definition]: [string, Definition]
): readonly Place[] {
  const wordOf = (token: Token | undefined) =>
    token === undefined ? '' : text.slice(token.start, token.end);
  const isLiteral = (token: Token | undefined) => token?.kind === 'raw' || token?.kind === 'text';
  return tokens.flatMap((token, i) => {
    if (token.kind !== 'word' || wordOf(token) !== name) return [];
    const near = tokens.slice(i + 1, i + 1 + longestWay);
    const first = near.findIndex(isLiteral);
    if (first === -1) return [];
    const way = near.slice(0, first).map(wordOf).join('');
    const isMacro =
      first === 0 && definition.before !== undefined && wordOf(tokens[i - 1]) === definition.before;
    if (!isMacro && !definition.way.test(way)) return [];
    const from = i + 1 + first;
    let to = from;
    while (isLiteral(tokens[to])) to++;
    return [
      { at: token.start, way, literals: tokens.slice(from, to), follows: isMacro ? undefined : tokens[to] },
    ];
  });
}

/** The one place where the name is given its text. @throws EmbeddingFault if there is none, or another */
function placeOf({ text, name }: HostFile, tokens: readonly Token[], definition: Definition): Place {
  const [place, other] = placesOf(text, tokens, name, definition);
  if (place === undefined) {
    const named = tokens.find(({ kind, start, end }) => kind === 'word' && text.slice(start, end) === name);
    const message = named === undefined ? `it has no '${name}'` : `'${name}' is given no literal`;
    throw new EmbeddingFault(named?.start ?? -1, message, 'name a constant that is a literal');
  }
  if (other === undefined) return place;
  throw new EmbeddingFault(
    other.at,
    `'${name}' is given a text a second time`,
    'give one of them another name',
  );
}

/**
 * The literal that a name of a file is given, with those that follow it directly.
 * @throws EmbeddingFault where the name has none or more than one, or where more than literals makes up the text
 */
export function addLiterals(
  host: HostFile,
  lexicon: Lexicon,
  ...[definition, into]: [Definition, ComposedText]
): void {
  const { text, name, origin } = host;
  const { at, way, literals, follows } = placeOf(host, tokensOf(text, lexicon), definition);
  const macro = /(\w+)!\W*$/.exec(way)?.[1];
  if (macro !== undefined) {
    const nextStep = macro === 'include_str' ? "name the file itself: 'source: kernels/NAME.wgsl'" : printIt;
    throw new EmbeddingFault(at, `\`${macro}!\` makes the text of '${name}'`, nextStep);
  }
  for (const literal of literals) {
    if (literal.kind === 'text') addText(host, literal, into);
    else into.add(text.slice(literal.from, literal.to), origin, literal.from);
  }
  if (follows === undefined) return;
  const shown = text.slice(follows.start, follows.end);
  if (!definition.end.test(shown))
    throw new EmbeddingFault(follows.start, `\`${shown}\` adds to the text of '${name}'`, printIt);
}

const simpleEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** A text with escape sequences. */
function addText({ text, origin }: HostFile, { from, to }: Token, into: ComposedText): void {
  let copied = from;
  for (const { 0: sequence, 1: rest = '', index } of text
    .slice(from, to)
    .matchAll(/\\(\r?\n[ \t]*|[\s\S])/g)) {
    const at = from + index;
    into.add(text.slice(copied, at), origin, copied);
    const meant = /^\r?\n/.test(rest) ? '' : simpleEscapes[rest];
    if (meant === undefined)
      throw new EmbeddingFault(at, `\`${sequence}\` is no escape that is read`, 'write a raw literal');
    into.add(meant, origin, at, true);
    copied = at + sequence.length;
  }
  into.add(text.slice(copied, to), origin, copied);
}
