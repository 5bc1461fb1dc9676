import {
  type AbstractElem,
  childrenOf,
  constantValue,
  type DeclIdent,
  type ExpressionElem,
  typeOfDeclaration,
} from '../wesl.ts';
import { applyBinary, elementKind, scalarOperator } from './arithmetic.ts';
import {
  type Induction,
  incrementOf,
  inductionOf,
  isName,
  type Loop,
  leavesEarly,
  partsOf,
  stepped,
} from './induction.ts';
import {
  everyone,
  type Frame,
  firstInvocation,
  type OpenLoop,
  type Run,
  sampledPlace,
  type Value,
} from './run.ts';
import type { Scope } from './scope.ts';

/** Loops that are no counting loops are gone through for at most this many iterations. */
const maxSimulated = 4096;

/**
 * Code for how often the body of a loop runs; NaN if that cannot be told. An early `return`, `continue` or a second
 * `break` of which nobody knows is taken not to happen, and of a loop that ends when either of two things happens, the one
 * that is known counts.
 * Of loops whose start differs between invocations it is the mean where the invocations share the iterations
 * (`i = index; i < n; i += workgroup size`), else that of the first invocation.
 */
export function tripCode(loop: Loop, scope: Scope): (run: Run, frame: Frame) => number {
  const induction = inductionOf(loop, scope);
  const start = induction && startCode(loop, induction, scope);
  const follow = (run: Run, frame: Frame) => run.follower?.trips(run, frame, loop) ?? Number.NaN;
  if (!induction || !start) return follow;
  const counted = countedCode(induction, scope);
  const simulated = simulatedCode(induction, scope);
  const formal = (run: Run, frame: Frame) => {
    const { value, shared } = start(run, frame);
    if (typeof value !== 'number') return null;
    return counted?.(run, frame, { value, shared }) ?? simulated(run, frame, value);
  };
  const tests = partsOf(induction.condition, induction.stops ? '||' : '&&');
  const changes = tests.filter((test) => !induction.fixed(test)).length;
  if (changes === 1 && !leavesEarly(loop, scope)) {
    return (run, frame) => formal(run, frame) ?? follow(run, frame);
  }
  return (run, frame) => {
    const trips = follow(run, frame);
    return Number.isNaN(trips) ? (formal(run, frame) ?? trips) : trips;
  };
}

/** What a loop's variable starts from, and whether it may be another number for the neighbour of the first invocation. */
interface Start {
  readonly value: Value | null;
  readonly shared: () => boolean;
}

/** null where only going through the program tells. */
function startCode(
  loop: Loop,
  induction: Induction,
  scope: Scope,
): ((run: Run, frame: Frame) => Start) | null {
  const from = startOf(loop, induction, scope);
  if (from === null) return null;
  const fixed = from === 0 ? 0 : from.kind === 'literal' ? constantValue(from, scope.program.module) : null;
  if (from === 0 || fixed !== null) return () => ({ value: fixed, shared: () => false });
  const first = scope.value(from);
  return (run, frame) => ({
    value: first(run, frame, firstInvocation),
    shared: () => first(run, frame, everyone) === null,
  });
}

/** What a loop's variable starts from: 0 where nothing is said; null where only going through the program tells. */
function startOf(loop: Loop, { variable }: Induction, scope: Scope): ExpressionElem | 0 | null {
  let from: ExpressionElem | undefined;
  const init = loop.kind === 'for' ? loop.init : undefined;
  const element = variable.declElem;
  if (init?.kind === 'var' && init.name.decl.ident === variable) from = init.init;
  else if (init?.kind === 'assign' && init.lhs.kind !== 'phony' && init.op.value === '=') {
    if (!isName(init.lhs, variable, scope)) return null;
    from = init.rhs;
  } else if (init || element?.kind !== 'var' || !isOnlySteppedHere(loop, variable, scope)) return null;
  else from = element.init;
  return from ?? 0;
}

/** A step is gone by where it adds the same each time, else taken so often at most. */
const maxSteps = 64;

/** Code for what a loop's variable holds in a turn, as a sample sees it; null where only going through the program tells. */
export function turnCode(
  loop: Loop,
  scope: Scope,
): { readonly variable: DeclIdent; readonly valueIn: OpenLoop['valueIn'] } | null {
  const induction = inductionOf(loop, scope);
  const from = induction && startOf(loop, induction, scope);
  if (induction === null || from === null) return null;
  const { variable, fixed } = induction;
  // What a loop does at its end, its body does not see.
  const ahead = induction.stepsFirst && loop.body.body.includes(induction.step) ? 1 : 0;
  const start = from === 0 ? () => 0 : scope.value(from);
  const increment = incrementOf(induction, scope);
  if (increment !== null && (increment.amount === 1 || fixed(increment.amount))) {
    const { amount, sign } = increment;
    const by = amount === 1 ? () => 1 : scope.value(amount);
    const valueIn = (run: Run, frame: Frame, turn: number) => {
      const first = start(run, frame, sampledPlace);
      const step = by(run, frame, sampledPlace);
      return typeof first === 'number' && typeof step === 'number'
        ? first + sign * step * (turn + ahead)
        : null;
    };
    return { variable, valueIn };
  }
  const next = nextCode(induction, scope);
  const valueIn = (run: Run, frame: Frame, turn: number) => {
    const steps = turn + ahead;
    let value = steps > maxSteps || frame.held !== null ? null : start(run, frame, sampledPlace);
    const within: Frame = { ...frame, held: { values: new Map(), follows: false } };
    for (let i = 0; i < steps && value !== null; i++) value = next(run, within, value);
    return value;
  };
  return { variable, valueIn };
}

/** Whether a variable is declared in the same turn of any loop around, and nothing but the loop's step assigns it. */
function isOnlySteppedHere(loop: Loop, variable: DeclIdent, { program, fn }: Scope): boolean {
  if (fn === null || program.timesAssigned(variable, fn) !== 1) return false;
  let declaredIn: AbstractElem | undefined;
  let found = false;
  const visit = (element: AbstractElem, around: AbstractElem): void => {
    if (element.kind === 'var' && element.name.decl.ident === variable) declaredIn = around;
    if (element === loop) found = declaredIn === around;
    const inner =
      element.kind === 'for' || element.kind === 'while' || element.kind === 'loop' ? element : around;
    for (const child of childrenOf(element, program.module)) visit(child, inner);
  };
  visit(fn, fn);
  return found;
}

const mirrored: Readonly<Record<string, string>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '!=': '!=',
  '==': '==',
};
const negated: Readonly<Record<string, string>> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '!=': '==',
  '==': '!=',
};

/** Code for how often a loop runs, from where its variable starts; null if it is for other code to tell. */
export type CountedCode = (
  run: Run,
  frame: Frame,
  start: { readonly value: number; readonly shared: () => boolean },
) => number | null;

/** Trips of `for (i = start; i < end; i += by)` and the like, without going through them; null for other loops. */
export function countedCode(induction: Induction, scope: Scope): CountedCode | null {
  const { condition, variable, stops, stepsFirst, isLate, fixed } = induction;
  const increment = incrementOf(induction, scope);
  if (increment === null || (increment.amount !== 1 && !fixed(increment.amount))) return null;
  const parts = partsOf(condition, stops ? '||' : '&&');
  const tests = parts.flatMap((part) => comparisonOf(part, variable, scope) ?? []);
  const [test] = tests;
  if (test === undefined || !fixed(test.bound)) return null;
  const { amount, sign } = increment;
  const by = amount === 1 ? () => 1 : scope.value(amount);
  const bound = scope.value(test.bound);
  const others = parts.filter((part) => part !== test.part).map((part) => scope.value(part));
  const operator = stops ? negated[test.operator] : test.operator;
  return (run, frame, { value, shared }) => {
    const step = by(run, frame, firstInvocation);
    const end = bound(run, frame, firstInvocation);
    if (typeof step !== 'number' || step === 0 || typeof end !== 'number') return null;
    if (others.some((other) => other(run, frame, firstInvocation) !== null)) return null;
    const trips = tripsOf(operator, (end - value) / (sign * step), sign * step, shared);
    if (trips === null) return null;
    if (stepsFirst) return Math.max(1, trips);
    return isLate ? trips + 1 : trips;
  };
}

function tripsOf(
  operator: string | undefined,
  trips: number,
  ...[by, shared]: [by: number, shared: () => boolean]
): number | null {
  if ((operator === '<' && by > 0) || (operator === '>' && by < 0)) {
    return Math.max(0, shared() ? trips : Math.ceil(trips));
  }
  if ((operator === '<=' && by > 0) || (operator === '>=' && by < 0)) {
    return Math.max(0, Math.floor(trips) + 1);
  }
  return operator === '!=' && Number.isInteger(trips) && trips >= 0 ? trips : null;
}

/** A comparison of a variable with something else, seen from the variable. */
function comparisonOf(part: ExpressionElem, variable: DeclIdent, scope: Scope) {
  const expression = part.kind === 'parenthesized-expression' ? part.expression : part;
  if (expression.kind !== 'binary-expression') return null;
  const { left, right } = expression;
  const operator = expression.operator.value;
  if (isName(left, variable, scope) && Object.hasOwn(mirrored, operator))
    return { part, operator, bound: right };
  const turned = mirrored[operator];
  return isName(right, variable, scope) && turned !== undefined
    ? { part, operator: turned, bound: left }
    : null;
}

/**
 * Code for whether a loop's test lets it go on; null if nothing of it is known. What is unknown of several conditions, any of
 * which ends the loop, is taken not to end it.
 */
export function goesOnCode(
  { condition, stops }: Pick<Induction, 'condition' | 'stops'>,
  scope: Scope,
): (run: Run, frame: Frame) => boolean | null {
  const parts = partsOf(condition, stops ? '||' : '&&').map((part) => scope.value(part));
  return (run, frame) => {
    let known = false;
    for (const part of parts) {
      const value = part(run, frame, firstInvocation);
      if (value === stops) return false;
      if (value === !stops) known = true;
    }
    return known ? true : null;
  };
}

type SimulatedCode = (run: Run, frame: Frame, start: Value) => number | null;

/** Trips of a loop of which the variable alone decides how often it runs. */
function simulatedCode(induction: Induction, scope: Scope): SimulatedCode {
  const { variable, stepsFirst, isLate } = induction;
  const goesOn = goesOnCode(induction, scope);
  const next = nextCode(induction, scope);
  return (run, frame, start) => {
    if (frame.held !== null) return null;
    const values: NonNullable<Frame['held']>['values'] = new Map();
    const within: Frame = { ...frame, held: { values, follows: false } };
    let value: Value | null = start;
    for (let trips = 0; trips <= maxSimulated; trips++) {
      if (stepsFirst) value = next(run, within, value);
      if (value === null) return null;
      values.set(variable, { value, differs: false });
      const goes = goesOn(run, within);
      if (goes === null) return null;
      if (!goes) return isLate ? trips + 1 : trips;
      if (!stepsFirst) value = next(run, within, value);
      if (value === null) return null;
    }
    return null;
  };
}

/** Code for what a step makes of the variable's value, which is held; null if that is unknown. */
function nextCode(
  { step, variable }: Induction,
  scope: Scope,
): (run: Run, frame: Frame, value: Value) => Value | null {
  const unknown = () => null;
  if (stepped(step, scope) !== variable) return unknown;
  const kind = elementKind(typeOfDeclaration(variable, scope.program.module));
  if (step.kind === 'increment' || step.kind === 'decrement') {
    const apply = scalarOperator(step.kind === 'increment' ? '+' : '-', kind);
    return (_run, _frame, value) => applyBinary(apply, value, 1);
  }
  if (step.kind !== 'assign' || step.lhs.kind === 'phony' || !isName(step.lhs, variable, scope))
    return unknown;
  const right = scope.value(step.rhs);
  const apply = step.op.value === '=' ? null : scalarOperator(step.op.value.slice(0, -1), kind);
  return (run, frame, value) => {
    frame.held?.values.set(variable, { value, differs: false });
    const amount = right(run, frame, firstInvocation);
    return amount === null || apply === null ? amount : applyBinary(apply, value, amount);
  };
}
