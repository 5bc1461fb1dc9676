import { type AbstractElem, type FnElem, type ImportStatement, type Statement, wordsOf } from '../wesl.ts';
import { rootName } from './assignments.ts';

/** What a name stands for: the words that decide what it means. */
type Words = Set<string>;

/** Something that code is made of: syntax; syntax that is only looked at; or a function of which the head matters. */
export type Part =
  | AbstractElem
  | { readonly kind: 'mention'; readonly element: AbstractElem }
  | { readonly kind: 'head'; readonly name: string };

/**
 * Tells on which conditions the code of a part of a program may depend: on those in it, and in whatever its words name,
 * however far away. Names are not resolved, because that depends on conditions: all declarations of a name count.
 */
export class Dependencies {
  readonly #globals = new Map<string, Words>();
  readonly #heads = new Map<string, Words>();
  /** Other names of what is imported. */
  readonly #aliases = new Map<string, Words>();
  readonly #locals = new Map<FnElem, Map<string, Words>>();
  readonly #conditions = new Set<string>();

  /** @param modules the declarations of every module that takes part. */
  constructor(modules: readonly (readonly AbstractElem[])[]) {
    for (const declarations of modules) {
      forEachGuarded(declarations, [], (declaration, guards) => {
        for (const word of guards) this.#conditions.add(word);
        this.#declare(declaration, guards);
      });
    }
  }

  /** Conditions that the parts, taken from a function or module scope, depend on, sorted. */
  of(parts: readonly Part[], fn: FnElem | null): readonly string[] {
    const found = new Set<string>();
    const seen = new Set<Words>();
    const visit = (words: Iterable<string>, within: FnElem | null): void => {
      for (const word of words) {
        if (this.#conditions.has(word)) found.add(word);
        const local = within === null ? undefined : this.#locals.get(within)?.get(word);
        const target = local ?? this.#globals.get(word);
        if (target === undefined || seen.has(target)) continue;
        seen.add(target);
        visit(target, local === undefined ? null : within);
      }
    };
    for (const part of parts) {
      if (part.kind === 'head') {
        for (const name of this.#namesOf(part.name)) visit(this.#heads.get(name) ?? [], null);
      } else visit(wordsOf(part.kind === 'mention' ? part.element : part), fn);
    }
    return [...found].sort();
  }

  #namesOf(path: string): ReadonlySet<string> {
    const names = new Set([path.slice(path.lastIndexOf(':') + 1)]);
    for (const name of names) for (const other of this.#aliases.get(name) ?? []) names.add(other);
    return names;
  }

  #declare(declaration: AbstractElem, guards: readonly string[]): void {
    switch (declaration.kind) {
      case 'import':
        this.#declareImports(declaration.imports, guards);
        return;
      case 'fn': {
        const name = declaration.name.ident.originalName;
        const locals = this.#localsOf(declaration);
        const words = wordsOf(declaration).filter((word) => !locals.has(word));
        add(this.#globals, name, [...guards, ...words, ...[...locals.values()].flatMap((set) => [...set])]);
        const head = [...declaration.params, ...(declaration.returnType ? [declaration.returnType] : [])];
        add(this.#heads, name, [...guards, ...head.flatMap((part) => wordsOf(part))]);
        return;
      }
      case 'alias':
      case 'struct':
        add(this.#globals, declaration.name.ident.originalName, [...guards, ...wordsOf(declaration)]);
        return;
      case 'gvar':
      case 'const':
      case 'override':
        add(this.#globals, declaration.name.decl.ident.originalName, [...guards, ...wordsOf(declaration)]);
    }
  }

  #declareImports({ finalSegment }: ImportStatement, guards: readonly string[]): void {
    if (finalSegment.kind === 'import-collection') {
      for (const subtree of finalSegment.subtrees) this.#declareImports(subtree, guards);
      return;
    }
    const { name, as = name } = finalSegment;
    add(this.#globals, as, [...guards, name]);
    add(this.#heads, as, guards);
    if (as !== name) add(this.#aliases, as, [name]);
  }

  /** Also of what is assigned where: whether a variable changes is part of what is known of it. */
  #localsOf(fn: FnElem): ReadonlyMap<string, Words> {
    const locals = new Map<string, Words>();
    this.#locals.set(fn, locals);
    for (const parameter of fn.params) {
      add(locals, parameter.name.decl.ident.originalName, wordsOf(parameter));
    }
    const visit = (statement: Statement, guards: readonly string[]): void => {
      for (const word of guards) this.#conditions.add(word);
      if (statement.kind === 'let' || statement.kind === 'var' || statement.kind === 'const') {
        add(locals, statement.name.decl.ident.originalName, [...guards, ...wordsOf(statement)]);
      }
      for (const name of changedIn(statement)) {
        // A module-scope variable changes for all functions.
        add(locals.has(name) ? locals : this.#globals, name, guards);
      }
      for (const inner of blocksOf(statement)) forEachGuarded(inner, guards, visit);
      if (statement.kind === 'for') {
        if (statement.init) visit(statement.init, guards);
        if (statement.update) visit(statement.update, guards);
      }
    };
    forEachGuarded(fn.body.body, [], visit);
    return locals;
  }
}

function add(map: Map<string, Words>, name: string, words: Iterable<string>): void {
  let known = map.get(name);
  if (!known) {
    known = new Set();
    map.set(name, known);
  }
  for (const word of words) known.add(word);
}

/** Visits the elements of a sequence with the words of the conditions that decide whether they are there. */
function forEachGuarded<T extends AbstractElem>(
  elements: readonly T[],
  outer: readonly string[],
  visit: (element: T, guards: readonly string[]) => void,
): void {
  let chain: readonly string[] = [];
  for (const element of elements) {
    const guard = guardOf(element);
    if (guard === null) {
      visit(element, outer);
      continue;
    }
    // What stands after `@else` depends on all conditions before.
    chain = guard.starts ? guard.words : [...chain, ...guard.words];
    visit(element, [...outer, ...chain]);
  }
}

function guardOf(
  element: AbstractElem,
): { readonly starts: boolean; readonly words: readonly string[] } | null {
  const attributes = 'attributes' in element ? (element.attributes ?? []) : [];
  for (const { attribute } of attributes) {
    if (attribute.kind === '@if') return { starts: true, words: wordsOf(attribute.param.expression) };
    if (attribute.kind === '@elif') return { starts: false, words: wordsOf(attribute.param.expression) };
    if (attribute.kind === '@else') return { starts: false, words: [] };
  }
  return null;
}

/** The sequences of statements within a statement. */
function blocksOf(statement: Statement): readonly (readonly Statement[])[] {
  switch (statement.kind) {
    case 'block':
      return [statement.body];
    case 'if':
      return [statement.body.body, ...(statement.else ? [[statement.else]] : [])];
    case 'for':
    case 'while':
    case 'loop':
    case 'continuing':
      return [statement.body.body];
    case 'switch':
      return statement.clauses.map((clause) => clause.body.body);
    default:
      return [];
  }
}

/** Names of variables that a statement assigns, or takes the address of, itself or in any block. */
function changedIn(statement: Statement): readonly string[] {
  const names: string[] = [];
  if (statement.kind === 'assign' && statement.lhs.kind !== 'phony')
    names.push(rootName(statement.lhs) ?? '');
  if (statement.kind === 'increment' || statement.kind === 'decrement')
    names.push(rootName(statement.target) ?? '');
  return [...names, ...addressedIn(statement)];
}

function addressedIn(element: AbstractElem): readonly string[] {
  return wordsOf(element, (inner) =>
    inner.kind === 'unary-expression' && inner.operator.value === '&' ? rootName(inner.expression) : null,
  );
}
