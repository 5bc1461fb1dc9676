import { failed, succeeded } from '../failure.ts';
import type { Scope } from '../features/index.ts';
import { countAssignments, knownValue, valueScope } from '../features/index.ts';
import { inUserFile } from '../source-lines.ts';
import { lineStarts, positionAt } from '../text-position.ts';
import type { Outcome, Pass } from '../types.ts';
import { marker } from '../unroll-directives.ts';
import {
  type AbstractElem,
  childrenOf,
  type ForElem,
  parseWgsl,
  type Statement,
  type WgslModule,
} from '../wesl.ts';
import { type CountingLoop, countingLoop } from './counting-loop.ts';
import { SplicedText } from './spliced-text.ts';

/** Unrolled programs have at most this many characters: compilers need seconds for more. */
const maxCharacters = 200_000;

/** A program text and where its lines come from. */
interface Unrolled {
  readonly module: WgslModule;
  readonly lines: Pass['lines'];
}

/** A loop to be unrolled, and the call that stands for the directive before it. */
interface Marked {
  readonly mark: Extract<Statement, { kind: 'call' }>;
  readonly loop: ForElem;
}

/**
 * Unrolls the loops that a mark asks for, outer loops first, so that an inner loop may depend on the variable of an
 * outer one that is unrolled in full.
 *
 * The variable becomes a `let` in every copy: its uses, their types and what they shadow stay what they were, and an
 * index or a shift that is never reached does not become an error of the compiler.
 */
export function unrollLoops(start: Unrolled): Outcome<Unrolled> {
  let current = start;
  // Nearly all programs have no mark, and walking through them takes longer than looking for the word.
  if (!current.module.text.includes(marker)) return succeeded(current);
  for (;;) {
    const marked = current.module.declarations.flatMap((declaration) =>
      outermost(declaration, current.module),
    );
    if (marked.length === 0) return succeeded(current);
    const unrolled = unrollAll(marked, current);
    if (!unrolled.ok) return { ok: false, failure: inUserFile(unrolled.failure, current.lines) };
    current = unrolled.value;
  }
}

function outermost(element: AbstractElem, module: WgslModule): Marked[] {
  const found: Marked[] = [];
  const loops = new Set<AbstractElem>();
  if (element.kind === 'block') {
    for (const [index, statement] of element.body.entries()) {
      const loop = element.body[index + 1];
      if (!isMark(statement) || loop?.kind !== 'for') continue;
      found.push({ mark: statement, loop });
      loops.add(loop);
    }
  }
  for (const child of childrenOf(element, module))
    if (!loops.has(child)) found.push(...outermost(child, module));
  return found.sort((a, b) => a.loop.start - b.loop.start);
}

function isMark(statement: Statement): statement is Marked['mark'] {
  if (statement.kind !== 'call') return false;
  const callee = statement.call.function;
  return (callee.kind === 'ref' ? callee.ident : callee.name).originalName === marker;
}

function unrollAll(marked: readonly Marked[], { module, lines }: Unrolled): Outcome<Unrolled> {
  const text = new SplicedText(module.text);
  const starts = lineStarts(module.text);
  const functions = module.declarations.filter((declaration) => declaration.kind === 'fn');
  const assignments = countAssignments(functions, module);
  const scope = valueScope(module, assignments);
  let copied = 0;
  for (const { mark, loop } of marked) {
    const refuse = (message: string, element: { readonly start: number }) =>
      failed('validation', message, positionAt(starts, element.start));
    const factor = factorOf(mark, scope);
    if (factor === null) {
      return refuse('the factor of `@unroll` must be a constant whole number of at least 1', loop);
    }
    text.copy(copied, mark.start);
    copied = loop.end;
    if (factor === 1) {
      text.copy(loop.start, loop.end);
      continue;
    }
    const counting = countingLoop(loop, scope);
    if ('message' in counting) {
      return refuse(`this loop cannot be unrolled: ${counting.message}`, counting.element);
    }
    const copies = counting.trips < 2 * factor ? counting.trips : factor;
    const size = text.length + copies * (loop.body.end - loop.body.start) + module.text.length - loop.end;
    if (size > maxCharacters) {
      const message = `unrolled ${copies} times, this loop makes the program longer than ${maxCharacters} characters: choose a smaller factor`;
      return failed('unsupported', message, positionAt(starts, loop.start));
    }
    writeLoop(text, loop, counting, factor, module);
  }
  text.copy(copied, module.text.length);
  const parsed = parseWgsl('', text.toString());
  if (!parsed.ok) return parsed;
  return succeeded({ module: parsed.value, lines: text.lines(lines) });
}

/** How many iterations go into one: infinite for all; null if that is no valid factor. */
function factorOf({ call }: Marked['mark'], scope: Scope): number | null {
  const [expression] = call.arguments;
  if (!expression) return Number.POSITIVE_INFINITY;
  const value = knownValue(expression, scope);
  if (typeof value === 'boolean') return value ? Number.POSITIVE_INFINITY : 1;
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 ? value : null;
}

function writeLoop(
  text: SplicedText,
  loop: ForElem,
  counting: CountingLoop,
  factor: number,
  module: WgslModule,
): void {
  const { name, start, step, trips } = counting;
  const suffix = counting.type === 'u32' ? 'u' : 'i';
  const literal = (value: number) => (value === -(2 ** 31) ? 'i32(-2147483648)' : `${value}${suffix}`);
  const lineStart = module.text.lastIndexOf('\n', loop.start) + 1;
  const before = module.text.slice(lineStart, loop.start);
  const newLine = `\n${before.slice(0, before.length - before.trimStart().length)}`;
  const body = (value: string) => writeCopy(text, loop, `let ${name} = ${value};`, module);
  const full = Math.floor(trips / factor);
  if (full <= 1) {
    for (let trip = 0; trip < trips; trip++) {
      if (trip > 0) text.insert(newLine, loop.start);
      body(literal(start + trip * step));
    }
    return;
  }
  const first = freshName(name, module);
  const compare = step > 0 ? '<' : '>';
  const advance = `${step > 0 ? '+=' : '-='} `;
  const header = (from: number, to: number, variable: string, by: number) =>
    `for (var ${variable} = ${literal(from)}; ${variable} ${compare} ${literal(to)}; ${variable} ${advance}${literal(Math.abs(by))}) `;
  const middle = start + full * factor * step;
  text.insert(`${header(start, middle, first, factor * step)}{`, loop.start);
  for (let trip = 0; trip < factor; trip++) {
    text.insert(`${newLine}  `, loop.start);
    const offset = literal(Math.abs(trip * step));
    body(trip === 0 ? first : `${first} ${step > 0 ? '+' : '-'} ${offset}`);
  }
  text.insert(`${newLine}}`, loop.start);
  const rest = trips - full * factor;
  if (rest === 0) return;
  text.insert(newLine, loop.start);
  if (rest === 1) {
    body(literal(middle));
    return;
  }
  text.insert(header(middle, start + trips * step, name, step), loop.start);
  text.copy(loop.body.start, loop.body.end);
}

/** One copy of the body, in braces of its own if it declares the variable's name again. */
function writeCopy(text: SplicedText, loop: ForElem, declaration: string, module: WgslModule): void {
  const { start, end, body } = loop.body;
  const name = loop.init?.kind === 'var' ? loop.init.name.decl.ident.originalName : null;
  const hidden = body.some(
    (statement) =>
      (statement.kind === 'var' || statement.kind === 'let' || statement.kind === 'const') &&
      statement.name.decl.ident.originalName === name,
  );
  text.insert(`{ ${declaration}`, loop.start);
  if (hidden) text.insert(' ', loop.start);
  const open = module.text.indexOf('{', start) + 1;
  text.copy(hidden ? start : open, end);
  if (hidden) text.insert(' }', loop.start);
}

/** A name like `name` that the program does not use. */
function freshName(name: string, module: WgslModule): string {
  for (let number = 0; ; number++) {
    const fresh = `${name}_${number}`;
    if (!module.text.includes(fresh)) return fresh;
  }
}
