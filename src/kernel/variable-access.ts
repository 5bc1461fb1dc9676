import {
  type AbstractElem,
  childrenOf,
  type DeclIdent,
  declarationOf,
  type ExpressionElem,
  type FunctionCallExpression,
  type WgslModule,
} from './wesl.ts';

/** What a program may do with a variable. */
export interface Access {
  /** It may read what the variable holds. */
  readonly read: boolean;
  /** It may change it. */
  readonly written: boolean;
}

/** What built-in functions do with what their first argument points to; of those that are not here, everything. */
const byBuiltin: Readonly<Record<string, Access>> = {
  arrayLength: { read: false, written: false },
  atomicLoad: { read: true, written: false },
  atomicStore: { read: false, written: true },
  subgroupMatrixLoad: { read: true, written: false },
  subgroupMatrixStore: { read: false, written: true },
};

const anything: Access = { read: true, written: true };
const reading: Access = { read: true, written: false };
const writing: Access = { read: false, written: true };

/**
 * What the given declarations may do with each module-scope variable, by its name; of those that are not listed nothing.
 *
 * Pointers are followed: what is done through one, in whatever function, is done to all that it may point to. Whatever is
 * not understood counts as reading and writing.
 */
export function variableAccess(
  declarations: readonly AbstractElem[],
  module: WgslModule,
): ReadonlyMap<string, Access> {
  const walk = new Walk(module);
  for (const declaration of declarations) {
    // A variable's own declaration mentions it without touching it.
    if (declaration.kind === 'fn') walk.visit(declaration.body);
  }
  return walk.outcome();
}

class Walk {
  readonly #module: WgslModule;
  readonly #access = new Map<DeclIdent, Access>();
  /** What pointers may point to: variables, or what other pointers do. */
  readonly #targets = new Map<DeclIdent, Set<DeclIdent>>();

  constructor(module: WgslModule) {
    this.#module = module;
  }

  visit(element: AbstractElem): void {
    if (element.kind === 'ref') this.#touch(element, reading);
    else if (element.kind === 'assign') {
      if (element.lhs.kind !== 'phony')
        this.#touch(element.lhs, element.op.value === '=' ? writing : anything);
      this.visit(element.rhs);
    } else if (element.kind === 'increment' || element.kind === 'decrement') {
      this.#touch(element.target, anything);
    } else if (element.kind === 'let') {
      if (element.init !== undefined) this.#point(element.name.decl.ident, element.init);
    } else if (element.kind === 'call-expression') this.#call(element);
    else if (element.kind === 'unary-expression' && isAddressing(element.operator.value)) {
      this.#touch(element.expression, element.operator.value === '*' ? reading : anything);
    } else for (const child of childrenOf(element, this.#module)) this.visit(child);
  }

  /** Access by name of the variables, with what pointers do to them. */
  outcome(): ReadonlyMap<string, Access> {
    for (let moved = true; moved; ) {
      moved = false;
      for (const [pointer, targets] of this.#targets) {
        const access = this.#access.get(pointer);
        if (access !== undefined) for (const target of targets) moved = this.#add(target, access) || moved;
      }
    }
    const byName = new Map<string, Access>();
    for (const [declaration, access] of this.#access) {
      if (declaration.declElem?.kind === 'gvar') byName.set(declaration.originalName, access);
    }
    return byName;
  }

  #call(call: FunctionCallExpression): void {
    const callee = call.function.kind === 'ref' ? call.function.ident : null;
    const name = callee?.originalName ?? ('name' in call.function ? call.function.name.originalName : '');
    const declared = callee === null ? undefined : declarationOf(callee, this.#module)?.declElem;
    for (const [index, argument] of call.arguments.entries()) {
      const parameter = declared?.kind === 'fn' ? declared.params[index]?.name.decl.ident : undefined;
      const target = declared === undefined ? this.#target(argument) : null;
      if (parameter !== undefined) this.#point(parameter, argument);
      else if (target !== null) this.#touch(target, byBuiltin[name] ?? anything);
      else this.visit(argument);
    }
  }

  /** A name gets a value. If that is a pointer, what is done through the name is done to its target. */
  #point(name: DeclIdent, value: ExpressionElem): void {
    const target = this.#target(value);
    const root = target === null ? undefined : rootOf(target, this.#module);
    if (target === null || root === undefined) this.visit(value);
    else {
      const targets = this.#targets.get(name) ?? new Set();
      this.#targets.set(name, targets.add(root));
      this.#visitIndices(target);
    }
  }

  /** What a value points to: `&x`, or a name that may hold a pointer; null for what is none. */
  #target(value: ExpressionElem): ExpressionElem | null {
    if (value.kind === 'parenthesized-expression') return this.#target(value.expression);
    if (value.kind === 'unary-expression') return value.operator.value === '&' ? value.expression : null;
    if (value.kind !== 'ref') return null;
    const kind = declarationOf(value.ident, this.#module)?.declElem?.kind;
    return kind === 'let' || kind === 'param' ? value : null;
  }

  #touch(expression: ExpressionElem, access: Access): void {
    const root = rootOf(expression, this.#module);
    if (root !== undefined) this.#add(root, access);
    this.#visitIndices(expression);
  }

  #add(declaration: DeclIdent, { read, written }: Access): boolean {
    const before = this.#access.get(declaration) ?? { read: false, written: false };
    if ((before.read || !read) && (before.written || !written)) return false;
    this.#access.set(declaration, { read: before.read || read, written: before.written || written });
    return true;
  }

  /** What stands in brackets on the way to the root is only read; what has no root is visited as a whole. */
  #visitIndices(expression: ExpressionElem): void {
    if (expression.kind === 'ref') return;
    if (expression.kind === 'component-expression') this.visit(expression.access);
    const inner = baseOf(expression);
    if (inner === null) this.visit(expression);
    else this.#visitIndices(inner);
  }
}

function isAddressing(operator: string): boolean {
  return operator === '*' || operator === '&';
}

/** What `(x)`, `x[i]`, `x.a`, `*x` and `&x` are made of; null for all else. */
function baseOf(expression: ExpressionElem): ExpressionElem | null {
  switch (expression.kind) {
    case 'component-expression':
    case 'component-member-expression':
      return expression.base;
    case 'parenthesized-expression':
      return expression.expression;
    case 'unary-expression':
      return isAddressing(expression.operator.value) ? expression.expression : null;
    default:
      return null;
  }
}

/** The declaration at the bottom of `(*p)[i].x`; undefined if there is none. */
function rootOf(expression: ExpressionElem, module: WgslModule): DeclIdent | undefined {
  if (expression.kind === 'ref') return declarationOf(expression.ident, module);
  const inner = baseOf(expression);
  return inner === null ? undefined : rootOf(inner, module);
}
