import type { Program } from '../types.ts';
import type { DeclIdent, ExpressionElem, FnElem, WgslModule } from '../wesl.ts';

/** A number, a truth value, or a vector of them. */
export type Value = number | boolean | readonly (number | boolean)[];

/**
 * For whom an expression is evaluated.
 *
 * - `lane`: 0 the first invocation of the first workgroup, 1 its neighbour, null whoever: what differs between
 *   invocations is unknown.
 * - `initial`: variables that change count with their first value; else they are unknown.
 */
export interface Viewpoint {
  readonly lane: 0 | 1 | null;
  readonly initial: boolean;
}

/** What is the same for all invocations. */
export const everyone: Viewpoint = { lane: null, initial: false };
/** The first invocation, which stands for all where they differ in how often they loop. */
export const firstInvocation: Viewpoint = { lane: 0, initial: false };
/** The first invocation and its neighbour on first arrival: their addresses tell the stride. */
export const arrivals: readonly [Viewpoint, Viewpoint] = [
  { lane: 0, initial: true },
  { lane: 1, initial: true },
];

/** What is known about a program beyond its text. */
export interface Facts {
  readonly module: WgslModule;
  readonly program: Pick<Program, 'buffers' | 'dispatch' | 'workgroupSize'>;
  /** How often each local variable is assigned; taking its address counts as many times. */
  readonly assignments: ReadonlyMap<DeclIdent, number>;
}

/** One activation of a function: what its parameters stand for. */
export interface Frame {
  readonly facts: Facts;
  readonly parameters: ReadonlyMap<DeclIdent, { readonly expression: ExpressionElem; readonly frame: Frame }>;
  readonly depth: number;
  readonly memory: Map<Viewpoint, Map<DeclIdent, Value | null>>;
}

/** The activation of an entry point. */
export function entryFrame(facts: Facts): Frame {
  return { facts, parameters: new Map(), depth: 0, memory: new Map() };
}

/** The activation of a function by a call. */
export function callFrame(fn: FnElem, callArguments: readonly ExpressionElem[], caller: Frame): Frame {
  const parameters = new Map<DeclIdent, { expression: ExpressionElem; frame: Frame }>();
  for (const [index, parameter] of fn.params.entries()) {
    const expression = callArguments[index];
    if (expression) parameters.set(parameter.name.decl.ident, { expression, frame: caller });
  }
  return { facts: caller.facts, parameters, depth: caller.depth + 1, memory: new Map() };
}
