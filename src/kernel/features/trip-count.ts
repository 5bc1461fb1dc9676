import type {
  AbstractElem,
  DeclIdent,
  ExpressionElem,
  ForElem,
  LoopElem,
  Statement,
  WhileElem,
} from '../wesl.ts';
import { declarationOf, typeOfDeclaration } from '../wesl.ts';
import { applyBinary, elementKind } from './arithmetic.ts';
import { countAssignments, rootDeclaration } from './assignments.ts';
import { evaluate } from './evaluate.ts';
import { arrivals, everyone, type Frame, firstInvocation, type Value } from './frame.ts';

/** A loop reduced to one variable: it starts, is tested, and takes steps. */
interface Induction {
  readonly variable: DeclIdent;
  readonly start: Value | null;
  /** Whether the neighbour of the first invocation starts elsewhere. */
  readonly shared: boolean;
  /** The condition to go on, or to stop if `stops`. */
  readonly condition: ExpressionElem;
  readonly stops: boolean;
  /** Whether the step comes before the test, so that the body runs at least once. */
  readonly stepsFirst: boolean;
  readonly step: Statement;
}

/** Loops that are no counting loops are followed for at most this many iterations. */
const maxSimulated = 4096;

/**
 * How often the body of a loop runs; NaN if that cannot be told. An early `return`, `continue` or a second `break` is
 * taken not to happen. Of loops whose start differs between invocations it is the mean where the invocations share
 * the iterations (`i = index; i < n; i += workgroup size`), else that of the first invocation.
 */
export function tripCount(loop: ForElem | WhileElem | LoopElem, frame: Frame): number {
  const induction = loop.kind === 'for' ? inductionOfFor(loop, frame) : inductionOfLoop(loop, frame);
  if (!induction || typeof induction.start !== 'number') return Number.NaN;
  return countedTrips(induction, induction.start, frame) ?? simulatedTrips(induction, induction.start, frame);
}

function inductionOfFor(loop: ForElem, frame: Frame): Induction | null {
  const { init, condition, update, body } = loop;
  if (!init || !condition || !update) return null;
  let variable: DeclIdent | undefined;
  let from: ExpressionElem | undefined;
  if (init.kind === 'var') {
    variable = init.name.decl.ident;
    from = init.init;
  } else if (init.kind === 'assign' && init.op.value === '=' && init.lhs.kind === 'ref') {
    variable = declarationOf(init.lhs.ident, frame.facts.module);
    from = init.rhs;
  }
  if (!variable || countAssignments([body], frame.facts.module).has(variable)) return null;
  const start = from ? evaluate(from, firstInvocation, frame) : 0;
  const shared = from !== undefined && start !== null && evaluate(from, everyone, frame) === null;
  return { variable, start, shared, condition, stops: false, stepsFirst: false, step: update };
}

function inductionOfLoop(loop: WhileElem | LoopElem, frame: Frame): Induction | null {
  const statements = [...loop.body.body];
  let exit: { condition: ExpressionElem; stops: boolean; index: number } | null = null;
  if (loop.kind === 'while') {
    exit = { condition: loop.condition, stops: false, index: -1 };
  } else {
    const index = statements.findIndex(isExit);
    const found = statements[index];
    if (found?.kind === 'if') exit = { condition: found.condition, stops: true, index };
    const last = statements.at(-1);
    if (last?.kind === 'continuing') {
      statements.push(...last.body.body);
      if (!exit && last.breakIf) exit = { condition: last.breakIf, stops: true, index: statements.length };
    }
  }
  if (!exit) return null;
  const { condition, stops, index } = exit;
  const variable = onlyChangingVariable(condition, frame);
  if (!variable || frame.facts.assignments.get(variable) !== 1) return null;
  const stepIndex = statements.findIndex((statement) => stepped(statement, frame) === variable);
  const step = statements[stepIndex];
  if (!step) return null;
  const declaration = variable.declElem;
  if (declaration?.kind !== 'var') return null;
  const start = declaration.init ? evaluate(declaration.init, arrivals[0], frame) : 0;
  return { variable, start, shared: false, condition, stops, stepsFirst: stepIndex < index, step };
}

/** `if (...) { break; }` and nothing else. */
function isExit(statement: Statement): boolean {
  return (
    statement.kind === 'if' &&
    !statement.else &&
    statement.body.body.length === 1 &&
    statement.body.body[0]?.kind === 'break'
  );
}

/** The one variable in an expression that is ever assigned; undefined if there are none or several. */
function onlyChangingVariable(expression: ExpressionElem, frame: Frame): DeclIdent | undefined {
  const found = new Set<DeclIdent>();
  for (const declaration of referenced(expression, frame)) {
    if (frame.facts.assignments.has(declaration)) found.add(declaration);
  }
  return found.size === 1 ? [...found][0] : undefined;
}

function referenced(expression: ExpressionElem, frame: Frame): DeclIdent[] {
  switch (expression.kind) {
    case 'ref': {
      const declaration = declarationOf(expression.ident, frame.facts.module);
      return declaration ? [declaration] : [];
    }
    case 'binary-expression':
      return [...referenced(expression.left, frame), ...referenced(expression.right, frame)];
    case 'unary-expression':
    case 'parenthesized-expression':
      return referenced(expression.expression, frame);
    case 'component-expression':
      return [...referenced(expression.base, frame), ...referenced(expression.access, frame)];
    case 'component-member-expression':
      return referenced(expression.base, frame);
    case 'call-expression':
      return expression.arguments.flatMap((argument) => referenced(argument, frame));
    default:
      return [];
  }
}

/** The variable that a statement steps. */
function stepped(statement: AbstractElem, frame: Frame): DeclIdent | undefined {
  const { module } = frame.facts;
  if (statement.kind === 'increment' || statement.kind === 'decrement') {
    return rootDeclaration(statement.target, module);
  }
  if (statement.kind === 'assign' && statement.lhs.kind !== 'phony')
    return rootDeclaration(statement.lhs, module);
  return undefined;
}

/** The constant a step adds; null if it does something else. */
function increment({ step, variable }: Induction, frame: Frame): number | null {
  if (stepped(step, frame) !== variable) return null;
  if (step.kind === 'increment') return 1;
  if (step.kind === 'decrement') return -1;
  if (step.kind !== 'assign' || (step.op.value !== '+=' && step.op.value !== '-=')) return null;
  const by = evaluate(step.rhs, firstInvocation, frame);
  if (typeof by !== 'number') return null;
  return step.op.value === '+=' ? by : -by;
}

/** Trips of `for (i = start; i < end; i += by)` and the like, without going through them. */
function countedTrips(induction: Induction, start: number, frame: Frame): number | null {
  const by = increment(induction, frame);
  const { condition, variable, shared, stops, stepsFirst } = induction;
  if (by === null || by === 0 || stops || stepsFirst || condition.kind !== 'binary-expression') return null;
  const isVariable = (side: ExpressionElem) =>
    side.kind === 'ref' && declarationOf(side.ident, frame.facts.module) === variable;
  const mirrored: Readonly<Record<string, string>> = {
    '<': '>',
    '<=': '>=',
    '>': '<',
    '>=': '<=',
    '!=': '!=',
  };
  let operator: string | undefined = condition.operator.value;
  let other = condition.right;
  if (!isVariable(condition.left)) {
    if (!isVariable(condition.right)) return null;
    operator = mirrored[operator];
    other = condition.left;
  }
  const end = evaluate(other, firstInvocation, frame);
  if (typeof end !== 'number') return null;
  const trips = (end - start) / by;
  if (shared && ((operator === '<' && by > 0) || (operator === '>' && by < 0))) return Math.max(0, trips);
  if ((operator === '<' && by > 0) || (operator === '>' && by < 0)) return Math.max(0, Math.ceil(trips));
  if ((operator === '<=' && by > 0) || (operator === '>=' && by < 0))
    return Math.max(0, Math.floor(trips) + 1);
  if (operator === '!=' && Number.isInteger(trips) && trips >= 0) return trips;
  return null;
}

function simulatedTrips(induction: Induction, start: number, frame: Frame): number {
  const { variable, condition, stops, stepsFirst } = induction;
  let value: Value | null = start;
  for (let trips = 0; trips <= maxSimulated; trips++) {
    if (stepsFirst) value = nextValue(induction, value, frame);
    if (value === null) return Number.NaN;
    const test = evaluate(condition, firstInvocation, frame, new Map([[variable, value]]));
    if (typeof test !== 'boolean') return Number.NaN;
    if (test === stops) return stepsFirst ? trips + 1 : trips;
    if (!stepsFirst) value = nextValue(induction, value, frame);
    if (value === null) return Number.NaN;
  }
  return Number.NaN;
}

function nextValue({ step, variable }: Induction, value: Value, frame: Frame): Value | null {
  const kind = elementKind(typeOfDeclaration(variable, frame.facts.module));
  if (stepped(step, frame) !== variable) return null;
  if (step.kind === 'increment') return applyBinary('+', value, 1, kind);
  if (step.kind === 'decrement') return applyBinary('-', value, 1, kind);
  if (step.kind !== 'assign') return null;
  const right = evaluate(step.rhs, firstInvocation, frame, new Map([[variable, value]]));
  if (right === null || step.op.value === '=') return right;
  return applyBinary(step.op.value.slice(0, -1), value, right, kind);
}
