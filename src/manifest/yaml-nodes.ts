/** The only file that knows the YAML library: text to nodes, with limits that keep hostile text harmless. */
import { Composer, Lexer, type ParsedNode, Parser } from 'yaml';
import type { TextRange } from './source-text.ts';

export { isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar } from 'yaml';

/** Deepest nesting that is read; a manifest needs seven levels. */
export const maxDepth = 32;

/** Most lexical pieces that are read, spaces included; 500 kernels have about half as many. */
const maxLexemes = 400_000;

/** One thing the YAML library found wrong. */
export interface YamlFault extends TextRange {
  readonly code: string;
  readonly message: string;
  /** True if what follows in the text may have been understood differently than it was meant. */
  readonly damage: boolean;
  /** True if an earlier damage may be the whole reason for this fault. */
  readonly cascades: boolean;
  readonly severity: 'error' | 'warning';
}

export interface YamlNodes {
  /** null for an empty file. */
  readonly root: ParsedNode | null;
  readonly faults: readonly YamlFault[];
}

/** Faults that concern one value only. */
const harmless = new Set(['BAD_DQ_ESCAPE', 'TAG_RESOLVE_FAILED', 'MULTIPLE_DOCS', 'MULTIPLE_TAGS']);

interface Token {
  readonly offset?: number;
  readonly value?: unknown;
  readonly items?: readonly { readonly key?: unknown; readonly value?: unknown }[];
}

/** Offset of the first token nested too deeply, or null. Iterative: the text may be nested a million deep. */
function tooDeepAt(tokens: readonly unknown[]): number | null {
  const pending = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { token, depth } = next;
    if (typeof token !== 'object' || token === null) continue;
    const { offset, value, items } = token as Token;
    if (depth > maxDepth) return offset ?? 0;
    if (typeof value === 'object') pending.push({ token: value, depth });
    for (const item of items ?? []) {
      pending.push({ token: item.key, depth: depth + 1 }, { token: item.value, depth: depth + 1 });
    }
  }
  return null;
}

type Tokenised = { readonly tokens: unknown[] } | { readonly refused: YamlFault };

function refuse(code: string, message: string, start: number): Tokenised {
  return {
    refused: { code, message, start, end: start + 1, damage: true, cascades: true, severity: 'error' },
  };
}

/** Tokens of the text, unless it is absurdly nested or long: the library would take minutes, or crash the process. */
function tokenise(text: string): Tokenised {
  const depthMessage = `is nested more than ${maxDepth} levels deep`;
  const parser = new Parser();
  const tokens: unknown[] = [];
  let offset = 0;
  let flowDepth = 0;
  let indicatorsInLine = 0;
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '[' || lexeme === '{') flowDepth++;
    else if (lexeme === ']' || lexeme === '}') flowDepth--;
    else if (flowDepth === 0 && (lexeme === '-' || lexeme === '?' || lexeme === ':')) indicatorsInLine++;
    else if (lexeme === '\n' || lexeme === '\r\n') indicatorsInLine = 0;
    if (flowDepth > maxDepth || indicatorsInLine > maxDepth) return refuse('TOO_DEEP', depthMessage, offset);
    if (++count > maxLexemes) return refuse('TOO_LONG', 'the manifest is too long', offset);
    // The lexer marks documents and scalars with control characters of its own, which take no room in the text.
    if (!'\u0002\u0018\u001f\ufeff'.includes(lexeme)) offset += lexeme.length;
    tokens.push(...parser.next(lexeme));
  }
  tokens.push(...parser.end());
  const tooDeep = tooDeepAt(tokens);
  return tooDeep === null ? { tokens } : refuse('TOO_DEEP', depthMessage, tooDeep);
}

/** Text parsed last: a base's manifest is mostly head's. */
let latest: { readonly text: string; readonly nodes: YamlNodes } | null = null;

/** Parses YAML 1.2, without merge keys and with the core schema's tags only. */
export function parseYaml(text: string): YamlNodes {
  if (latest?.text !== text) latest = { text, nodes: parse(text) };
  return latest.nodes;
}

function parse(text: string): YamlNodes {
  const tokenised = tokenise(text);
  if ('refused' in tokenised) return { root: null, faults: [tokenised.refused] };
  // Duplicate keys are looked for while reading: the library compares every pair of keys.
  const composer = new Composer({ uniqueKeys: false, resolveKnownTags: false, logLevel: 'silent' });
  const [document, second] = [
    ...composer.compose(tokenised.tokens as Parameters<Composer['compose']>[0], true, text.length),
  ];
  const faults: YamlFault[] = [];
  const note = (
    error: { code: string; message: string; pos: [number, number] },
    severity: 'error' | 'warning',
  ) =>
    faults.push({
      code: error.code,
      message: error.message,
      start: error.pos[0],
      end: error.pos[1],
      damage: severity === 'error' && !harmless.has(error.code),
      cascades: severity === 'error' && !harmless.has(error.code) && error.code !== 'TAB_AS_INDENT',
      severity,
    });
  for (const error of document?.errors ?? []) note(error, 'error');
  for (const warning of document?.warnings ?? []) note(warning, 'warning');
  if (second !== undefined) {
    const start = second.range[0];
    note({ code: 'MULTIPLE_DOCS', message: 'is a second document', pos: [start, start + 1] }, 'error');
  }
  return { root: (document?.contents ?? null) as ParsedNode | null, faults };
}
