import type { Node, TemplateLiteral } from '@babel/types';
import type { ComposedText } from '../composed-text.ts';
import { EmbeddingFault, printIt } from './fault.ts';
import type { HostFile } from './host-file.ts';
import { type Bindings, unwrapped } from './javascript-bindings.ts';

/** Tags that leave a template literal as it is. */
const plainTags: ReadonlySet<string> = new Set(['wgsl', 'WGSL', 'wesl', 'String.raw']);

/** Methods without arguments that change no token of a program. */
const plainMethods: ReadonlySet<string> = new Set(['trim', 'trimStart', 'trimEnd']);

const escapeSequence = /\\(?:u\{[\da-fA-F]+\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|\r\n|[\s\S])/g;

const namedEscapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '0': '\0',
};

/** What an escape sequence of JavaScript stands for. */
function decoded(sequence: string): string {
  const rest = sequence.slice(1);
  const code = /^[ux]\{?([\da-fA-F]+)\}?$/.exec(rest)?.[1];
  if (code !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff));
  if (/^[\r\n\u2028\u2029]/.test(rest)) return '';
  return namedEscapes[rest] ?? rest;
}

/** A number of a file's, or arithmetic on tunables and workload parameters. */
type Numeric = number | { readonly arithmetic: string };

const operations: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

function spelled(value: Numeric): string {
  return typeof value === 'number' ? String(value) : value.arithmetic;
}

/** Nobody nests constants deeper. */
const deepest = 32;

/** Puts together what an expression of a file stands for, as far as that follows from constants of the file. */
export class JavaScriptText {
  readonly #host: HostFile;
  readonly #bindings: Bindings;
  readonly #into: ComposedText;
  #depth = 0;

  constructor(host: HostFile, bindings: Bindings, into: ComposedText) {
    this.#host = host;
    this.#bindings = bindings;
    this.#into = into;
  }

  /** @throws EmbeddingFault for what does not follow from constants */
  add(written: Node): void {
    const node = unwrapped(written);
    switch (node.type) {
      case 'StringLiteral':
        this.#addRaw((node.start ?? 0) + 1, (node.end ?? 0) - 1, false);
        return;
      case 'TemplateLiteral':
        this.#addTemplate(node, false);
        return;
      case 'TaggedTemplateExpression': {
        const tag = this.#shown(node.tag);
        if (!plainTags.has(tag)) throw this.#refused(node.tag, `the tag \`${tag}\` may change the text`);
        this.#addTemplate(node.quasi, tag === 'String.raw');
        return;
      }
      case 'BinaryExpression':
        if (node.operator !== '+') break;
        this.add(node.left);
        this.add(node.right);
        return;
      case 'CallExpression': {
        const { callee } = node;
        const isPlain =
          callee.type === 'MemberExpression' &&
          callee.property.type === 'Identifier' &&
          plainMethods.has(callee.property.name);
        if (!isPlain) break;
        this.add(callee.object);
        return;
      }
      case 'Identifier':
      case 'MemberExpression': {
        const value = this.#valueOf(node);
        this.#deeper(node, () => this.#addValue(value, node));
        return;
      }
    }
    throw this.#refused(node, `\`${this.#shown(node)}\` is neither a literal nor a constant of this file`);
  }

  /** What stands in `${...}`. */
  #addValue(written: Node, at: Node): void {
    const node = unwrapped(written);
    const start = at.start ?? 0;
    const number = this.#numeric(node);
    if (number === null) this.add(node);
    else if (typeof number === 'number') this.#into.add(String(number), this.#host.origin, start, true);
    else this.#into.add(`{{ ${number.arithmetic} }}`, this.#host.origin, start, true);
  }

  #addTemplate({ quasis, expressions }: TemplateLiteral, raw: boolean): void {
    for (const [i, quasi] of quasis.entries()) {
      this.#addRaw(quasi.start ?? 0, quasi.end ?? 0, raw);
      const expression = expressions[i];
      if (expression !== undefined) this.#addValue(expression, expression);
    }
  }

  /** The text between two offsets of the file, its escape sequences decoded. */
  #addRaw(from: number, to: number, raw: boolean): void {
    const text = this.#host.text.slice(from, to);
    let copied = 0;
    for (const { 0: sequence, index } of raw ? [] : text.matchAll(escapeSequence)) {
      this.#into.add(text.slice(copied, index), this.#host.origin, from + copied);
      this.#into.add(decoded(sequence), this.#host.origin, from + index, true);
      copied = index + sequence.length;
    }
    this.#into.add(text.slice(copied), this.#host.origin, from + copied);
  }

  /** A number, or arithmetic with values that are not known here; null for what is neither. */
  #numeric(written: Node): Numeric | null {
    const node = unwrapped(written);
    switch (node.type) {
      case 'NumericLiteral':
        return node.value;
      case 'UnaryExpression': {
        const value = node.operator === '-' ? this.#numeric(node.argument) : null;
        if (value === null) return null;
        return typeof value === 'number' ? -value : { arithmetic: `(-${value.arithmetic})` };
      }
      case 'BinaryExpression': {
        const operation = Object.hasOwn(operations, node.operator) ? operations[node.operator] : undefined;
        const [left, right] = [this.#numeric(node.left), this.#numeric(node.right)];
        if (operation === undefined || left === null || right === null) return null;
        if (typeof left === 'number' && typeof right === 'number') return operation(left, right);
        return { arithmetic: `(${[left, right].map(spelled).join(` ${node.operator} `)})` };
      }
      case 'Identifier': {
        const value = this.#valueOf(node);
        // A constant that is a tunable gets its value where the program is made.
        if (this.#host.parameters.has(node.name)) return { arithmetic: node.name };
        return this.#deeper(node, () => this.#numeric(value));
      }
      case 'MemberExpression': {
        const value = this.#valueOf(node);
        return this.#deeper(node, () => this.#numeric(value));
      }
      default:
        return null;
    }
  }

  /** What a name or a member of one stands for. @throws EmbeddingFault if that is no constant of the file */
  #valueOf(node: Node): Node {
    const shown = this.#shown(node);
    if (/^[\w$]+(?:\.[\w$]+)+$/.test(shown)) {
      const [first = ''] = shown.split('.');
      if (this.#bindings.constant(first, node.start ?? 0) !== null) return this.#bindings.named(shown);
    }
    const value = node.type === 'Identifier' ? this.#bindings.constant(node.name, node.start ?? 0) : null;
    if (value !== null) return value;
    throw this.#refused(node, `\`${shown}\` is no constant of this file`);
  }

  #deeper<T>(node: Node, work: () => T): T {
    if (this.#depth >= deepest) throw this.#refused(node, `\`${this.#shown(node)}\` stands for itself`);
    this.#depth++;
    try {
      return work();
    } finally {
      this.#depth--;
    }
  }

  #shown(node: Node): string {
    const text = this.#host.text.slice(node.start ?? 0, node.end ?? 0);
    return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
  }

  #refused(node: Node, message: string): EmbeddingFault {
    return new EmbeddingFault(node.start ?? 0, message, printIt);
  }
}
