import type {
  AbstractElem,
  DeclIdent,
  ExpressionElem,
  ForElem,
  LoopElem,
  Statement,
  WhileElem,
} from '../wesl.ts';
import { constantValue, declarationOf, live, typeOfDeclaration } from '../wesl.ts';
import { applyBinary, elementKind, scalarOperator } from './arithmetic.ts';
import { countAssignments, rootDeclaration } from './assignments.ts';
import { arrivals, everyone, type Frame, firstInvocation, type Run, type Value } from './run.ts';
import type { Scope } from './scope.ts';

/** A loop reduced to one variable: it starts, is tested, and takes steps. */
interface Induction {
  readonly variable: DeclIdent;
  readonly start: (run: Run, frame: Frame) => Value | null;
  /** Whether the neighbour of the first invocation may start elsewhere. */
  readonly shared: (run: Run, frame: Frame) => boolean;
  /** The condition to go on, or to stop if `stops`. */
  readonly condition: ExpressionElem;
  readonly stops: boolean;
  /** Whether the step comes before the test, so that the body runs at least once. */
  readonly stepsFirst: boolean;
  readonly step: Statement;
}

/** Loops that are no counting loops are followed for at most this many iterations. */
const maxSimulated = 4096;

/** Code for how often a loop runs, from where it starts; null if it is for another code to tell. */
type TripCode = (run: Run, frame: Frame, start: number) => number | null;

/**
 * Code for how often the body of a loop runs; NaN if that cannot be told. An early `return`, `continue` or a second
 * `break` is taken not to happen. Of loops whose start differs between invocations it is the mean where the invocations
 * share the iterations (`i = index; i < n; i += workgroup size`), else that of the first invocation.
 */
export function tripCode(
  loop: ForElem | WhileElem | LoopElem,
  scope: Scope,
): (run: Run, frame: Frame) => number {
  const induction = loop.kind === 'for' ? inductionOfFor(loop, scope) : inductionOfLoop(loop, scope);
  if (!induction) return () => Number.NaN;
  const counted = countedCode(induction, scope);
  const simulated = simulatedCode(induction, scope);
  return (run, frame) => {
    const start = induction.start(run, frame);
    if (typeof start !== 'number') return Number.NaN;
    return counted?.(run, frame, start) ?? simulated(run, frame, start) ?? Number.NaN;
  };
}

function inductionOfFor(loop: ForElem, scope: Scope): Induction | null {
  const { init, condition, update, body } = loop;
  const { module } = scope.program;
  if (!init || !condition || !update) return null;
  let variable: DeclIdent | undefined;
  let from: ExpressionElem | undefined;
  if (init.kind === 'var') {
    variable = init.name.decl.ident;
    from = init.init;
  } else if (init.kind === 'assign' && init.op.value === '=' && init.lhs.kind === 'ref') {
    variable = declarationOf(init.lhs.ident, module);
    from = init.rhs;
  }
  if (!variable || countAssignments([body], module).has(variable)) return null;
  const fixed = from === undefined ? 0 : from.kind === 'literal' ? constantValue(from, module) : null;
  const first = from && fixed === null ? scope.value(from) : null;
  return {
    variable,
    start: first === null ? () => fixed : (run, frame) => first(run, frame, firstInvocation),
    shared: first === null ? () => false : (run, frame) => first(run, frame, everyone) === null,
    condition,
    stops: false,
    stepsFirst: false,
    step: update,
  };
}

function inductionOfLoop(loop: WhileElem | LoopElem, scope: Scope): Induction | null {
  const { program, fn } = scope;
  const { module } = program;
  const statements = [...live(loop.body.body, module)];
  let exit: { condition: ExpressionElem; stops: boolean; index: number } | null = null;
  if (loop.kind === 'while') {
    exit = { condition: loop.condition, stops: false, index: -1 };
  } else {
    const index = statements.findIndex((statement) => isExit(statement, scope));
    const found = statements[index];
    if (found?.kind === 'if') exit = { condition: found.condition, stops: true, index };
    const last = statements.at(-1);
    if (last?.kind === 'continuing') {
      statements.push(...live(last.body.body, module));
      if (!exit && last.breakIf) exit = { condition: last.breakIf, stops: true, index: statements.length };
    }
  }
  if (!exit) return null;
  const { condition, stops, index } = exit;
  const variable = onlyChangingVariable(condition, scope);
  if (!variable || program.timesAssigned(variable, fn) !== 1) return null;
  const stepIndex = statements.findIndex((statement) => stepped(statement, scope) === variable);
  const step = statements[stepIndex];
  if (!step) return null;
  const declaration = variable.declElem;
  if (declaration?.kind !== 'var') return null;
  const first = declaration.init ? scope.value(declaration.init) : null;
  return {
    variable,
    start: (run, frame) => (first === null ? 0 : first(run, frame, arrivals[0])),
    shared: () => false,
    condition,
    stops,
    stepsFirst: stepIndex < index,
    step,
  };
}

/** `if (...) { break; }` and nothing else. */
function isExit(statement: Statement, scope: Scope): boolean {
  if (statement.kind !== 'if' || statement.else) return false;
  const body = live(statement.body.body, scope.program.module);
  return body.length === 1 && body[0]?.kind === 'break';
}

/** The one variable in an expression that is ever assigned; undefined if there are none or several. */
function onlyChangingVariable(expression: ExpressionElem, scope: Scope): DeclIdent | undefined {
  const found = new Set<DeclIdent>();
  for (const declaration of referenced(expression, scope)) {
    if (scope.program.timesAssigned(declaration, scope.fn) > 0) found.add(declaration);
  }
  return found.size === 1 ? [...found][0] : undefined;
}

function referenced(expression: ExpressionElem, scope: Scope): DeclIdent[] {
  switch (expression.kind) {
    case 'ref': {
      const declaration = declarationOf(expression.ident, scope.program.module);
      return declaration ? [declaration] : [];
    }
    case 'binary-expression':
      return [...referenced(expression.left, scope), ...referenced(expression.right, scope)];
    case 'unary-expression':
    case 'parenthesized-expression':
      return referenced(expression.expression, scope);
    case 'component-expression':
      return [...referenced(expression.base, scope), ...referenced(expression.access, scope)];
    case 'component-member-expression':
      return referenced(expression.base, scope);
    case 'call-expression':
      return expression.arguments.flatMap((argument) => referenced(argument, scope));
    default:
      return [];
  }
}

/** The variable that a statement steps. */
function stepped(statement: AbstractElem, scope: Scope): DeclIdent | undefined {
  const { module } = scope.program;
  if (statement.kind === 'increment' || statement.kind === 'decrement') {
    return rootDeclaration(statement.target, module);
  }
  if (statement.kind === 'assign' && statement.lhs.kind !== 'phony')
    return rootDeclaration(statement.lhs, module);
  return undefined;
}

/** Code for the constant a step adds; null if it does something else. */
function incrementCode(
  { step, variable }: Induction,
  scope: Scope,
): ((run: Run, frame: Frame) => number | null) | null {
  if (stepped(step, scope) !== variable) return null;
  if (step.kind === 'increment') return () => 1;
  if (step.kind === 'decrement') return () => -1;
  if (step.kind !== 'assign' || (step.op.value !== '+=' && step.op.value !== '-=')) return null;
  const amount = scope.value(step.rhs);
  const sign = step.op.value === '+=' ? 1 : -1;
  return (run, frame) => {
    const by = amount(run, frame, firstInvocation);
    return typeof by === 'number' ? sign * by : null;
  };
}

const mirrored: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '!=': '!=' };

/** Trips of `for (i = start; i < end; i += by)` and the like, without going through them; null for other loops. */
function countedCode(induction: Induction, scope: Scope): TripCode | null {
  const increment = incrementCode(induction, scope);
  const one = induction.step.kind === 'increment';
  const { condition, variable, shared, stops, stepsFirst } = induction;
  if (increment === null || stops || stepsFirst || condition.kind !== 'binary-expression') return null;
  const isVariable = (side: ExpressionElem) =>
    side.kind === 'ref' && declarationOf(side.ident, scope.program.module) === variable;
  const turned = !isVariable(condition.left);
  if (turned && !isVariable(condition.right)) return null;
  const operator = turned ? mirrored[condition.operator.value] : condition.operator.value;
  const bound = scope.value(turned ? condition.left : condition.right);
  return (run, frame, start) => {
    const by = one ? 1 : increment(run, frame);
    if (by === null || by === 0) return null;
    const end = bound(run, frame, firstInvocation);
    if (typeof end !== 'number') return null;
    const trips = (end - start) / by;
    if ((operator === '<' && by > 0) || (operator === '>' && by < 0)) {
      return Math.max(0, shared(run, frame) ? trips : Math.ceil(trips));
    }
    if ((operator === '<=' && by > 0) || (operator === '>=' && by < 0)) {
      return Math.max(0, Math.floor(trips) + 1);
    }
    return operator === '!=' && Number.isInteger(trips) && trips >= 0 ? trips : null;
  };
}

function simulatedCode(induction: Induction, scope: Scope): TripCode {
  const { variable, stops, stepsFirst } = induction;
  const condition = scope.value(induction.condition);
  const next = nextCode(induction, scope);
  const tripsFrom = (run: Run, frame: Frame, start: Value): number => {
    let value: Value | null = start;
    for (let trips = 0; trips <= maxSimulated; trips++) {
      if (stepsFirst) value = next(run, frame, value);
      if (value === null) return Number.NaN;
      run.assumed = { variable, value };
      const test = condition(run, frame, firstInvocation);
      if (typeof test !== 'boolean') return Number.NaN;
      if (test === stops) return stepsFirst ? trips + 1 : trips;
      if (!stepsFirst) value = next(run, frame, value);
      if (value === null) return Number.NaN;
    }
    return Number.NaN;
  };
  return (run, frame, start) => {
    const trips = tripsFrom(run, frame, start);
    run.assumed = null;
    return trips;
  };
}

/** Code for what a step makes of the variable's value; null if that is unknown. */
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
  if (step.kind !== 'assign') return unknown;
  const right = scope.value(step.rhs);
  const apply = step.op.value === '=' ? null : scalarOperator(step.op.value.slice(0, -1), kind);
  return (run, frame, value) => {
    run.assumed = { variable, value };
    const amount = right(run, frame, firstInvocation);
    return amount === null || apply === null ? amount : applyBinary(apply, value, amount);
  };
}
