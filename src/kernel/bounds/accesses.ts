import { arrayLength, numbersOf } from '../layout.ts';
import {
  type AbstractElem,
  childrenOf,
  constantNumber,
  declarationOf,
  type ExpressionElem,
  type Type,
  typeOf,
  type WgslModule,
} from '../wesl.ts';

/** An index into what a buffer holds. */
export interface Access {
  /** The whole expression, `table[ids[i] + k]`. */
  readonly start: number;
  readonly end: number;
  readonly index: ExpressionElem;
  /** The buffers that it may be into, by their names in the program. */
  readonly buffers: readonly string[];
  /** WGSL for the number of elements that there are. */
  readonly length: string;
  /** Whether something is written there, or may be through a pointer that is handed on. */
  readonly writes: boolean;
}

/**
 * Every index by which functions of a module get at a buffer, in whatever way: by name, through a member, through a pointer.
 * Those that a compiler checks are left out.
 */
export function accessesIn(module: WgslModule): readonly Access[] {
  const found: Access[] = [];
  const written = new Set<AbstractElem>();
  const visit = (element: AbstractElem): void => {
    for (const target of targetsOf(element)) written.add(target);
    const access = element.kind === 'component-expression' ? accessOf(element, module) : null;
    if (access !== null) found.push({ ...access, writes: written.has(element) });
    for (const child of childrenOf(element, module)) visit(child);
  };
  for (const declaration of module.declarations) if (declaration.kind === 'fn') visit(declaration.body);
  return found;
}

/** The parts of a statement or call that it may write to, from the whole variable down to the element. */
function targetsOf(element: AbstractElem): readonly AbstractElem[] {
  switch (element.kind) {
    case 'assign':
      return element.lhs.kind === 'phony' ? [] : basesOf(element.lhs);
    case 'increment':
    case 'decrement':
      return basesOf(element.target);
    case 'call-expression':
      return element.arguments.flatMap((argument) =>
        argument.kind === 'unary-expression' && argument.operator.value === '&'
          ? basesOf(argument.expression)
          : [],
      );
    default:
      return [];
  }
}

/** An expression and what it is a part of. */
function basesOf(expression: ExpressionElem): readonly ExpressionElem[] {
  switch (expression.kind) {
    case 'parenthesized-expression':
    case 'unary-expression':
      return [expression, ...basesOf(expression.expression)];
    case 'component-expression':
    case 'component-member-expression':
      return [expression, ...basesOf(expression.base)];
    default:
      return [expression];
  }
}

type Indexed = Extract<ExpressionElem, { kind: 'component-expression' }>;

function accessOf({ base, access, start, end }: Indexed, module: WgslModule): Omit<Access, 'writes'> | null {
  const buffers = [...new Set(buffersOf(base, module))];
  if (buffers.length === 0 || !isBracketed(base, access, module.text)) return null;
  const length = lengthOf(base, module);
  if (length === null) return null;
  const constant = constantNumber(access, module);
  if (constant !== null && constant >= 0 && constant < Number.parseInt(length, 10)) return null;
  return { start, end, index: access, buffers, length };
}

/** Whether the index stands where it is said to: it will be written around. */
function isBracketed(base: ExpressionElem, index: ExpressionElem, text: string): boolean {
  return (
    text.slice(base.end, index.start).trim() === '[' && text.slice(index.end).trimStart().startsWith(']')
  );
}

/** Elements of what is indexed: a number, or WGSL that asks for it; null if it is unknown. */
function lengthOf(base: ExpressionElem, module: WgslModule): string | null {
  const own = typeOf(base, module);
  const type: Type = own.kind === 'ptr' ? own.elem : own;
  if (type.kind === 'vector') return `${type.size}u`;
  if (type.kind === 'matrix') return `${type.cols}u`;
  if (type.kind !== 'array') return null;
  const length = arrayLength(type, numbersOf(module));
  if (!Number.isNaN(length)) return `${length}u`;
  const sized: typeof type & { readonly countExpression?: unknown } = type;
  return sized.countExpression === undefined ? `arrayLength(${pointerTo(base, own, module)})` : null;
}

/** A runtime-sized array is in no other, so there is nothing in its name that must not be evaluated twice. */
function pointerTo(base: ExpressionElem, type: Type, module: WgslModule): string {
  if (base.kind === 'parenthesized-expression') return pointerTo(base.expression, type, module);
  const text = (element: ExpressionElem) => module.text.slice(element.start, element.end);
  if (base.kind === 'unary-expression' && base.operator.value === '*') return text(base.expression);
  return type.kind === 'ptr' ? text(base) : `&${text(base)}`;
}

/** Names of the buffers that an expression names a part of, or points to; none if it is about anything else. */
export function buffersOf(expression: ExpressionElem, module: WgslModule): readonly string[] {
  switch (expression.kind) {
    case 'parenthesized-expression':
    case 'unary-expression':
      return buffersOf(expression.expression, module);
    case 'component-expression':
    case 'component-member-expression':
      return buffersOf(expression.base, module);
    case 'ref': {
      const element = declarationOf(expression.ident, module)?.declElem;
      if (element?.kind === 'gvar') {
        const space = element.template?.[0]?.name;
        return space === 'storage' || space === 'uniform' ? [expression.ident.originalName] : [];
      }
      const type = typeOf(expression, module);
      if (type.kind !== 'ptr') return [];
      if (element?.kind === 'let' && element.init) return buffersOf(element.init, module);
      const isBuffer = type.space === 'storage' || type.space === 'uniform';
      return element?.kind === 'param' && isBuffer ? pointedAt(element, module) : [];
    }
    default:
      return [];
  }
}

const known = new WeakMap<AbstractElem, readonly string[]>();

/** The buffers that calls hand over for a parameter. Each is looked for once: many accesses go through one. */
function pointedAt(parameter: AbstractElem, module: WgslModule): readonly string[] {
  const found = known.get(parameter);
  if (found !== undefined) return found;
  // Whatever calls itself gets no further.
  known.set(parameter, []);
  const names = [
    ...new Set(argumentsFor(parameter, module).flatMap((argument) => buffersOf(argument, module))),
  ];
  known.set(parameter, names);
  return names;
}

/** What calls hand over for a parameter. */
function argumentsFor(parameter: AbstractElem, module: WgslModule): readonly ExpressionElem[] {
  const found: ExpressionElem[] = [];
  const callee = module.declarations.find(
    (item) => item.kind === 'fn' && (item.params as readonly AbstractElem[]).includes(parameter),
  );
  if (callee?.kind !== 'fn') return found;
  const position = (callee.params as readonly AbstractElem[]).indexOf(parameter);
  const visit = (element: AbstractElem): void => {
    if (element.kind === 'call-expression' && element.function.kind === 'ref') {
      const target = declarationOf(element.function.ident, module)?.declElem;
      const argument = element.arguments[position];
      if (target === callee && argument !== undefined) found.push(argument);
    }
    for (const child of childrenOf(element, module)) visit(child);
  };
  for (const item of module.declarations) if (item.kind === 'fn') visit(item.body);
  return found;
}
