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
  /** The block that a statement, or a part of it that is asked about by itself, stands in. */
  readonly #blocks = new WeakMap<object, Block>();
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

  /**
   * Conditions that parts depend on, sorted.
   *
   * @param owner the statement, call or loop that the parts belong to; anything else at module scope.
   */
  of(parts: readonly Part[], owner: object): readonly string[] {
    const found = new Set<string>();
    const seen = new Set<Words>();
    const visit = (words: Iterable<string>, block: Block | null): void => {
      const follow = (target: Words | undefined, within: Block | null) => {
        if (target === undefined || seen.has(target)) return;
        seen.add(target);
        visit(target, within);
      };
      for (const word of words) {
        if (this.#conditions.has(word)) found.add(word);
        // Conditions may leave any of the declarations that a name has had on the way out.
        for (let at = block; at !== null; at = at.parent) follow(at.names.get(word), at);
        follow(this.#globals.get(word), null);
      }
    };
    for (const part of parts) {
      if (part.kind === 'head') {
        for (const name of this.#namesOf(part.name)) visit(this.#heads.get(name) ?? [], null);
      } else {
        const element = part.kind === 'mention' ? part.element : part;
        visit(wordsOf(element), this.#blocks.get(owner) ?? null);
      }
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
        this.#walk(declaration);
        add(this.#globals, name, [...guards, ...wordsOf(declaration)]);
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

  /**
   * Finds the local declarations of a function, and what is assigned where: whether a variable changes is part of what is
   * known of it.
   */
  #walk(fn: FnElem): void {
    const visit = (
      statement: Statement,
      { guards, certain }: { readonly guards: readonly string[]; readonly certain: boolean },
      outer: Block,
    ): void => {
      for (const word of guards) this.#conditions.add(word);
      // The variable of a loop belongs to the loop.
      const block = statement.kind === 'for' ? newBlock(outer, guards) : outer;
      this.#blocks.set(statement, block);
      if (statement.kind === 'call') {
        this.#blocks.set(statement.call, block);
        this.#blocks.set(statement.call.function, block);
      }
      if (statement.kind === 'let' || statement.kind === 'var' || statement.kind === 'const') {
        const name = statement.name.decl.ident.originalName;
        add(block.names, name, [...guards, ...wordsOf(statement)]);
        if (certain) block.certain.add(name);
      }
      if (statement.kind === 'for') {
        if (statement.init) visit(statement.init, { guards, certain: true }, block);
        if (statement.update) visit(statement.update, { guards, certain: true }, block);
      }
      for (const inner of blocksOf(statement)) {
        const within = newBlock(block, guards);
        forEachGuarded(inner, guards, (one, known) =>
          visit(one, { guards: known, certain: known === guards }, within),
        );
      }
      for (const name of changedIn(statement)) {
        let owner: Block | null = block;
        while (owner !== null && !owner.certain.has(name)) owner = owner.parent;
        const matters = () => {
          for (let at: Block | null = block; at !== owner; at = at?.parent ?? null)
            addTo(at?.names, name, guards);
          addTo(owner?.names, name, guards);
        };
        // A module-scope variable changes for all functions.
        if (owner === null) add(this.#globals, name, guards);
        else if (guards.length === owner.guards.length) owner.changed.add(name);
        if (owner !== null && name === changedInPart(statement)) partial.push({ owner, name, matters });
        else matters();
      }
    };
    /** Changes of elements, which matter only to variables that may not change otherwise. */
    const partial: { readonly owner: Block; readonly name: string; readonly matters: () => void }[] = [];
    const parameters = newBlock(null, []);
    for (const parameter of fn.params) {
      add(parameters.names, parameter.name.decl.ident.originalName, wordsOf(parameter));
    }
    const body = newBlock(parameters, []);
    forEachGuarded(fn.body.body, [], (statement, guards) =>
      visit(statement, { guards, certain: guards.length === 0 }, body),
    );
    for (const { owner, name, matters } of partial) if (!owner.changed.has(name)) matters();
  }
}

/** The local declarations of a block, with the words that decide what they mean. */
interface Block {
  readonly parent: Block | null;
  /** The conditions that the block itself depends on. */
  readonly guards: readonly string[];
  readonly names: Map<string, Words>;
  /** Names declared so far whenever the block is there. */
  readonly certain: Set<string>;
  /** Those of them that change whenever the block is there. */
  readonly changed: Set<string>;
}

function newBlock(parent: Block | null, guards: readonly string[]): Block {
  return { parent, guards, names: new Map(), certain: new Set(), changed: new Set() };
}

function addTo(names: Block['names'] | undefined, name: string, words: readonly string[]): void {
  const known = names?.get(name);
  for (const word of words) known?.add(word);
}

/** The variable of which a statement assigns a part: an element or member; null if it does something else. */
function changedInPart(statement: Statement): string | null {
  if (statement.kind !== 'assign' || addressedIn(statement).length > 0) return null;
  const { lhs } = statement;
  return lhs.kind === 'component-expression' || lhs.kind === 'component-member-expression'
    ? rootName(lhs)
    : null;
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
