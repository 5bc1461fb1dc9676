import {
  type AbstractElem,
  childrenOf,
  type DeclIdent,
  declarationOf,
  type ExpressionElem,
  type FnElem,
  type FunctionCallExpression,
  live,
  type Statement,
  type WgslModule,
} from '../wesl.ts';
import { countAssignments, referencedIn, rootDeclaration } from './assignments.ts';

/**
 * What of a program has to be gone through to see how often its loops run: the loops, what leaves them, and whatever the
 * values come from that decide about them. The rest, which is most of it, is passed over.
 */
export class Relevance {
  readonly #module: WgslModule;
  readonly #names = new Set<DeclIdent>();
  readonly #functions = new Set<FnElem>();
  /** Functions in which there are loops, or which call such. */
  readonly #looping = new Set<FnElem>();

  /** @param functions that the program reaches */
  constructor(functions: readonly FnElem[], module: WgslModule) {
    this.#module = module;
    for (let known = -1; known !== this.#size; ) {
      known = this.#size;
      for (const fn of functions) this.#survey(fn);
    }
  }

  get #size(): number {
    return this.#names.size + this.#functions.size + this.#looping.size;
  }

  /** Whether what a variable or function stands for may decide how often a loop runs. */
  decides(declaration: DeclIdent): boolean {
    return this.#names.has(declaration);
  }

  /** Whether an expression calls a function that has to be gone through. */
  calls(element: AbstractElem): boolean {
    return this.#callees(element).some((fn) => this.#functions.has(fn));
  }

  /** Whether there are loops in statements, or in what they call. */
  loops(element: AbstractElem): boolean {
    if (element.kind === 'for' || element.kind === 'while' || element.kind === 'loop') return true;
    if (element.kind === 'call-expression' && this.#callees(element).some((fn) => this.#looping.has(fn)))
      return true;
    return childrenOf(element, this.#module).some((child) => this.loops(child));
  }

  #callees(element: AbstractElem): readonly FnElem[] {
    return [...referencedIn(element, this.#module)].flatMap(({ declElem }) =>
      declElem?.kind === 'fn' ? [declElem] : [],
    );
  }

  #survey(fn: FnElem): void {
    this.#all(fn.body.body, fn);
    if (this.loops(fn.body)) this.#looping.add(fn);
    const assigned = [...countAssignments([fn], this.#module).keys()];
    const changes = assigned.some((declaration) => declaration.isGlobal && this.#names.has(declaration));
    if (changes || this.#looping.has(fn) || this.#names.has(fn.name.ident) || this.calls(fn.body)) {
      this.#functions.add(fn);
    }
  }

  #add(element: AbstractElem | undefined): void {
    if (element === undefined) return;
    for (const declaration of referencedIn(element, this.#module)) this.#names.add(declaration);
  }

  /** Arguments decide what parameters do. */
  #passArguments(element: AbstractElem): void {
    if (element.kind === 'call-expression') this.#passTo(element);
    for (const child of childrenOf(element, this.#module)) this.#passArguments(child);
  }

  #passTo(call: FunctionCallExpression): void {
    const callee = call.function.kind === 'ref' ? call.function.ident : call.function.name;
    const fn = declarationOf(callee, this.#module)?.declElem;
    if (fn?.kind !== 'fn') return;
    for (const [i, { name }] of live(fn.params, this.#module).entries()) {
      if (this.#names.has(name.decl.ident)) this.#add(call.arguments[i]);
    }
  }

  #values(...expressions: readonly (ExpressionElem | undefined)[]): boolean {
    let calls = false;
    for (const expression of expressions) {
      if (expression === undefined) continue;
      this.#passArguments(expression);
      if (this.calls(expression)) calls = true;
    }
    return calls;
  }

  #all(statements: readonly Statement[], fn: FnElem): boolean {
    let any = false;
    for (const statement of live(statements, this.#module)) if (this.#visit(statement, fn)) any = true;
    return any;
  }

  /** Whether a statement has to be gone through. */
  #visit(statement: Statement, fn: FnElem): boolean {
    switch (statement.kind) {
      case 'var':
      case 'let': {
        const decides = this.#names.has(statement.name.decl.ident);
        if (decides) this.#add(statement.init);
        return this.#values(statement.init) || decides;
      }
      case 'assign': {
        const { lhs, rhs } = statement;
        const target = lhs.kind === 'phony' ? undefined : lhs;
        const root = target && rootDeclaration(target, this.#module);
        const decides = root !== undefined && this.#names.has(root);
        if (decides) for (const part of [target, rhs]) this.#add(part);
        return this.#values(target, rhs) || decides;
      }
      case 'increment':
      case 'decrement': {
        const root = rootDeclaration(statement.target, this.#module);
        return root !== undefined && this.#names.has(root);
      }
      case 'call':
        return this.#values(statement.call);
      case 'block':
      case 'continuing':
        return this.#all(statement.kind === 'block' ? statement.body : statement.body.body, fn);
      case 'if': {
        const then = this.#all(statement.body.body, fn);
        const otherwise = statement.else ? this.#visit(statement.else, fn) : false;
        if (then || otherwise) this.#add(statement.condition);
        return this.#values(statement.condition) || then || otherwise;
      }
      case 'switch': {
        const clauses = live(statement.clauses, this.#module).map((clause) =>
          this.#all(clause.body.body, fn),
        );
        const any = clauses.includes(true);
        if (any) this.#add(statement.selector);
        return this.#values(statement.selector) || any;
      }
      case 'for':
      case 'while':
      case 'loop': {
        if (statement.kind !== 'loop') this.#add(statement.condition);
        if (statement.kind !== 'loop') this.#values(statement.condition);
        const heads = statement.kind === 'for' ? [statement.init, statement.update] : [];
        this.#all(heads.filter((head) => head !== undefined) as readonly Statement[], fn);
        this.#all(statement.body.body, fn);
        return true;
      }
      case 'return':
        if (this.#names.has(fn.name.ident)) this.#add(statement.value);
        this.#values(statement.value);
        return true;
      case 'break':
        this.#add(statement.condition);
        return true;
      case 'continue':
      case 'discard':
        return true;
      default:
        return false;
    }
  }
}
