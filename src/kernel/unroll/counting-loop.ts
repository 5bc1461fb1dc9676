import type { Scope } from '../features/index.ts';
import { countAssignments, knownValue } from '../features/index.ts';
import {
  type AbstractElem,
  childrenOf,
  type DeclIdent,
  declarationOf,
  type ExpressionElem,
  type ForElem,
  typeOfDeclaration,
  type WgslModule,
} from '../wesl.ts';

/** A loop of which all is known before it runs: its variable is `start`, `start + step`, ... */
export interface CountingLoop {
  readonly name: string;
  readonly type: 'i32' | 'u32';
  readonly start: number;
  readonly step: number;
  readonly trips: number;
}

/** Why a loop is no counting loop, and the part of it that is to blame. */
export interface Hindrance {
  readonly message: string;
  readonly element: { readonly start: number };
}

const ranges = { i32: [-(2 ** 31), 2 ** 31 - 1], u32: [0, 2 ** 32 - 1] } as const;

const mirrored: Readonly<Record<string, string>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '!=': '!=',
};

/** Reads `for (var i = START; i < END; i += STEP)` and the like, where all three are constants. */
export function countingLoop(loop: ForElem, scope: Scope): CountingLoop | Hindrance {
  const { module } = scope.program;
  const { init, condition, update, body } = loop;
  if (init?.kind !== 'var') {
    return {
      message: 'its variable must be declared in the loop: `for (var i = ...`',
      element: init ?? loop,
    };
  }
  const variable = init.name.decl.ident;
  const name = variable.originalName;
  const type = typeOfDeclaration(variable, module);
  const scalar = type.kind === 'scalar' ? type.scalar : null;
  if (scalar !== 'i32' && scalar !== 'u32' && scalar !== 'abstract-int') {
    return { message: `\`${name}\` must be i32 or u32`, element: init };
  }
  const start = init.init ? wholeNumber(init.init, scope) : 0;
  if (start === null) return { message: `the first value of \`${name}\` is no constant`, element: init };
  if (!condition) return { message: 'it has no condition', element: loop };
  const test = boundOf(condition, variable, module);
  if (!test) {
    return { message: `its condition must compare \`${name}\` with a constant`, element: condition };
  }
  const end = wholeNumber(test.bound, scope);
  if (end === null) return { message: 'its end is no constant', element: test.bound };
  const step = update ? stepOf(update, variable, scope) : null;
  if (step === null || step === 0) {
    return { message: `it must step \`${name}\` by a constant`, element: update ?? loop };
  }
  if (countAssignments([body], module).has(variable)) {
    return { message: `its body changes \`${name}\` or takes its address`, element: body };
  }
  const kind = scalar === 'u32' ? 'u32' : 'i32';
  const trips = countTrips({ start, end, step, operator: test.operator });
  const [lowest, highest] = ranges[kind];
  const last = start + step * (trips ?? Number.NaN);
  if (trips === null || !(last >= lowest && last <= highest)) {
    return { message: `\`${name}\` never reaches its end within ${kind}`, element: condition };
  }
  const leaving = leavingStatement(body, 'loop', module);
  if (leaving) {
    return { message: `its body has a \`${leaving.kind}\` of this loop`, element: leaving };
  }
  return { name, type: kind, start, step, trips };
}

/** The whole number an expression is known to be, `let`s included; null if it is none. */
export function wholeNumber(expression: ExpressionElem, scope: Scope): number | null {
  const value = knownValue(expression, scope);
  return typeof value === 'number' && Number.isInteger(value) ? value : null;
}

function boundOf(
  condition: ExpressionElem,
  variable: DeclIdent,
  module: WgslModule,
): { readonly operator: string; readonly bound: ExpressionElem } | null {
  if (condition.kind === 'parenthesized-expression') return boundOf(condition.expression, variable, module);
  if (condition.kind !== 'binary-expression') return null;
  const operator = condition.operator.value;
  const opposite = mirrored[operator];
  if (opposite === undefined) return null;
  if (isVariable(condition.left, variable, module)) return { operator, bound: condition.right };
  return isVariable(condition.right, variable, module) ? { operator: opposite, bound: condition.left } : null;
}

function isVariable(expression: ExpressionElem, variable: DeclIdent, module: WgslModule): boolean {
  if (expression.kind === 'parenthesized-expression') {
    return isVariable(expression.expression, variable, module);
  }
  return expression.kind === 'ref' && declarationOf(expression.ident, module) === variable;
}

/** The constant that an update adds; null if it does something else. */
function stepOf(update: NonNullable<ForElem['update']>, variable: DeclIdent, scope: Scope): number | null {
  const { module } = scope.program;
  if (update.kind === 'increment' || update.kind === 'decrement') {
    return isVariable(update.target, variable, module) ? (update.kind === 'increment' ? 1 : -1) : null;
  }
  if (update.kind !== 'assign' || update.lhs.kind === 'phony') return null;
  if (!isVariable(update.lhs, variable, module)) return null;
  const operator = update.op.value;
  const { rhs } = update;
  if (operator === '+=' || operator === '-=') return signed(operator === '+=', rhs, scope);
  if (operator !== '=' || rhs.kind !== 'binary-expression') return null;
  const adds = rhs.operator.value === '+';
  if (!adds && rhs.operator.value !== '-') return null;
  if (isVariable(rhs.left, variable, module)) return signed(adds, rhs.right, scope);
  return adds && isVariable(rhs.right, variable, module) ? signed(true, rhs.left, scope) : null;
}

function signed(adds: boolean, amount: ExpressionElem, scope: Scope): number | null {
  const value = wholeNumber(amount, scope);
  return value === null || adds ? value : -value;
}

function countTrips(loop: {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly operator: string;
}): number | null {
  const { start, end, step, operator } = loop;
  const distance = (end - start) / step;
  const up = step > 0;
  switch (operator) {
    case '!=':
      return Number.isInteger(distance) && distance >= 0 ? distance : null;
    case '<':
    case '>':
      if (operator === '<' ? start >= end : start <= end) return 0;
      return up === (operator === '<') ? Math.ceil(distance) : null;
    default:
      if (operator === '<=' ? start > end : start < end) return 0;
      return up === (operator === '<=') ? Math.floor(distance) + 1 : null;
  }
}

/** A `break` or `continue` that belongs to the loop around; those of loops within do not count. */
function leavingStatement(
  element: AbstractElem,
  inside: 'loop' | 'switch',
  module: WgslModule,
): Extract<AbstractElem, { kind: 'break' | 'continue' }> | null {
  for (const child of childrenOf(element, module)) {
    if (child.kind === 'continue' || (child.kind === 'break' && inside === 'loop')) return child;
    if (child.kind === 'for' || child.kind === 'while' || child.kind === 'loop') continue;
    const found = leavingStatement(child, child.kind === 'switch' ? 'switch' : inside, module);
    if (found) return found;
  }
  return null;
}
