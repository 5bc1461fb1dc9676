import {
  type AbstractElem,
  childrenOf,
  constantValue,
  type DeclIdent,
  declarationOf,
  type ExpressionElem,
  type ForElem,
  type LoopElem,
  live,
  type Statement,
  type WhileElem,
} from '../wesl.ts';
import { countAssignments, referencedIn, rootDeclaration } from './assignments.ts';
import type { Scope } from './scope.ts';

export type Loop = ForElem | WhileElem | LoopElem;

/** The condition of a loop, and where it is tested. */
export interface LoopTest {
  readonly condition: ExpressionElem;
  /** Whether it says when to stop, rather than when to go on. */
  readonly stops: boolean;
  /** Whether the body has done something before it, so that it runs once more than the test lets it. */
  readonly isLate: boolean;
}

/** A loop reduced to one variable: it is tested, and takes steps. */
export interface Induction extends LoopTest {
  readonly variable: DeclIdent;
  /** Whether the step comes before the test. */
  readonly stepsFirst: boolean;
  readonly step: Statement;
  /** Whether nothing that an expression names is assigned in the loop. */
  readonly fixed: (expression: ExpressionElem) => boolean;
}

/** The test of a loop that can be seen by its form; null if it has none, or leaves from within something else. */
export function loopTest(loop: Loop, scope: Scope): (LoopTest & { readonly index: number }) | null {
  if (loop.kind !== 'loop') {
    const { condition } = loop;
    if (condition && !isAlways(condition, scope)) {
      return { condition, stops: false, isLate: false, index: -1 };
    }
  }
  const { module } = scope.program;
  const statements = live(loop.body.body, module);
  const index = statements.findIndex((statement) => isExit(statement, scope));
  const exit = statements[index];
  if (exit?.kind === 'if') {
    const isLate = !statements.slice(0, index).every(({ kind }) => declarations.has(kind));
    return { condition: exit.condition, stops: true, isLate, index };
  }
  const last = statements.at(-1);
  if (last?.kind !== 'continuing' || !last.breakIf) return null;
  return { condition: last.breakIf, stops: true, isLate: true, index: Number.POSITIVE_INFINITY };
}

/** The word `true`, which tests nothing. */
function isAlways(condition: ExpressionElem, { program }: Scope): boolean {
  return condition.kind === 'literal' && constantValue(condition, program.module) === true;
}

const declarations: ReadonlySet<string> = new Set(['var', 'let', 'const', 'empty', 'assert']);

/** The loop's one variable and its step; null for a loop of another kind. */
export function inductionOf(loop: Loop, scope: Scope): Induction | null {
  const test = loopTest(loop, scope);
  if (test === null) return null;
  const { module } = scope.program;
  const own = live(loop.body.body, module);
  const last = own.at(-1);
  const update = loop.kind === 'for' && loop.update ? [loop.update as Statement] : [];
  const continuing = last?.kind === 'continuing' ? live(last.body.body, module) : [];
  const statements: Statement[] = [...own, ...continuing, ...update];
  const assigned = countAssignments([...own, ...update], module);
  const tested = [...referencedIn(test.condition, module)].filter((declaration) => assigned.has(declaration));
  for (const variable of tested) {
    if (assigned.get(variable) !== 1) continue;
    const stepIndex = statements.findIndex((statement) => stepped(statement, scope) === variable);
    const step = statements[stepIndex];
    const fixed = (expression: ExpressionElem) =>
      [...referencedIn(expression, module)].every((declaration) => !assigned.has(declaration));
    if (step) return { ...test, variable, step, stepsFirst: stepIndex < test.index, fixed };
  }
  return null;
}

/** Whether a loop may be left in another way than by its test, or by returning. */
export function leavesEarly(loop: Loop, scope: Scope): boolean {
  const { module } = scope.program;
  const exit = loopTest(loop, scope);
  const own = live(loop.body.body, module);
  const leaves = (element: AbstractElem, isOwn: boolean): boolean => {
    if (element.kind === 'return') return true;
    if (element.kind === 'break') return isOwn && element.condition !== exit?.condition;
    const inner = isOwn && !['for', 'while', 'loop', 'switch'].includes(element.kind);
    return childrenOf(element, module).some((child) => leaves(child, inner));
  };
  return own.some((statement, i) => i !== exit?.index && leaves(statement, true));
}

/** `if (...) { break; }` and nothing else. */
function isExit(statement: Statement, scope: Scope): boolean {
  return isGuard(statement, scope) && live(statement.body.body, scope.program.module).length === 1;
}

/** `if (...) { break; }`, perhaps with assignments before it. */
function isGuard(statement: Statement, scope: Scope): statement is Extract<Statement, { kind: 'if' }> {
  if (statement.kind !== 'if' || statement.else) return false;
  const kinds = live(statement.body.body, scope.program.module).map(({ kind }) => kind);
  return kinds.pop() === 'break' && kinds.every((kind) => kind === 'assign');
}

/** How many of the statements that a turn begins with do nothing but end the loop in time. */
export function guardsAhead(statements: readonly Statement[], scope: Scope): number {
  const others = statements.findIndex(
    (statement) => !declarations.has(statement.kind) && !isGuard(statement, scope),
  );
  return others === -1 ? statements.length : others;
}

/** The variable that a statement steps. */
export function stepped(statement: AbstractElem, scope: Scope): DeclIdent | undefined {
  const { module } = scope.program;
  if (statement.kind === 'increment' || statement.kind === 'decrement') {
    return rootDeclaration(statement.target, module);
  }
  if (statement.kind === 'assign' && statement.lhs.kind !== 'phony')
    return rootDeclaration(statement.lhs, module);
  return undefined;
}

/** What a step adds, as an expression and its sign; null if it does something else. */
export function incrementOf(
  { step, variable }: Induction,
  scope: Scope,
): { readonly amount: ExpressionElem | 1; readonly sign: 1 | -1 } | null {
  if (step.kind === 'increment') return isName(step.target, variable, scope) ? { amount: 1, sign: 1 } : null;
  if (step.kind === 'decrement') return isName(step.target, variable, scope) ? { amount: 1, sign: -1 } : null;
  if (step.kind !== 'assign' || step.lhs.kind === 'phony' || !isName(step.lhs, variable, scope)) return null;
  const { rhs } = step;
  if (step.op.value === '+=') return { amount: rhs, sign: 1 };
  if (step.op.value === '-=') return { amount: rhs, sign: -1 };
  if (step.op.value !== '=' || rhs.kind !== 'binary-expression') return null;
  const operator = rhs.operator.value;
  if (isName(rhs.left, variable, scope)) {
    if (operator === '+') return { amount: rhs.right, sign: 1 };
    if (operator === '-') return { amount: rhs.right, sign: -1 };
  }
  return operator === '+' && isName(rhs.right, variable, scope) ? { amount: rhs.left, sign: 1 } : null;
}

/** Whether an expression is a variable and nothing else. */
export function isName(expression: ExpressionElem, variable: DeclIdent, scope: Scope): boolean {
  return expression.kind === 'ref' && declarationOf(expression.ident, scope.program.module) === variable;
}

/** The conditions that all have to hold, or any of which has to. */
export function partsOf(condition: ExpressionElem, operator: '&&' | '||'): readonly ExpressionElem[] {
  if (condition.kind === 'parenthesized-expression') return partsOf(condition.expression, operator);
  if (condition.kind !== 'binary-expression' || condition.operator.value !== operator) return [condition];
  return [...partsOf(condition.left, operator), ...partsOf(condition.right, operator)];
}
