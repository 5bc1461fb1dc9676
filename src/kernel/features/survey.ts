import { arrayLength, arrayStride, layoutOf } from '../layout.ts';
import {
  type AbstractElem,
  childrenOf,
  declarationOf,
  type FnElem,
  type GlobalVarElem,
  type Type,
  typeOfDeclaration,
  type WgslModule,
} from '../wesl.ts';
import type { Part } from './dependencies.ts';
import type { NumberCode } from './run.ts';
import type { Scope } from './scope.ts';
import { sizeCode } from './sizes.ts';

/** The type of a variable that a function declares. */
export type LocalType = Type;

/** What parts of a program name at module scope, and which variables they declare. */
export interface Reached {
  readonly variables: readonly GlobalVarElem[];
  readonly functions: readonly FnElem[];
  readonly locals: readonly LocalType[];
}

/** Walks through parts, not into the functions that they call. */
export function surveyParts(parts: readonly Part[], module: WgslModule): Reached {
  const functions = new Set<FnElem>();
  const variables = new Set<GlobalVarElem>();
  const locals: LocalType[] = [];
  const visit = (element: AbstractElem): void => {
    if (element.kind === 'ref') {
      const target = declarationOf(element.ident, module)?.declElem;
      if (target?.kind === 'fn') functions.add(target);
      else if (target?.kind === 'gvar') variables.add(target);
      return;
    }
    if (element.kind === 'var') locals.push(typeOfDeclaration(element.name.decl.ident, module));
    for (const child of childrenOf(element, module)) visit(child);
  };
  for (const part of parts) if (part.kind !== 'head' && part.kind !== 'mention') visit(part);
  return { variables: [...variables], functions: [...functions], locals };
}

/** The functions that an entry point reaches, itself included. */
export function functionsFrom(entry: FnElem, module: WgslModule): readonly FnElem[] {
  const functions = new Set<FnElem>([entry]);
  // A set that grows while it is walked through comes to its new elements, too.
  for (const fn of functions) for (const called of surveyParts([fn], module).functions) functions.add(called);
  return [...functions];
}

/** Bytes of a local variable's array or structure; scalars and vectors are taken to live in registers. */
export function privateSize(type: LocalType, scope: Scope): NumberCode | null {
  if (type.kind !== 'array' && type.kind !== 'struct') return null;
  const size = sizeCode(type, scope, (one, numbers) =>
    one.kind === 'array'
      ? arrayLength(one, numbers) * arrayStride(one.elem, numbers)
      : layoutOf(one, numbers).size,
  );
  return typeof size === 'number' ? () => size : size;
}
