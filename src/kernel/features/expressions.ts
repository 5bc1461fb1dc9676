import {
  declarationOf,
  type ExpressionElem,
  type FunctionCallExpression,
  isConstant,
  type Statement,
  type Type,
  typeOf,
} from '../wesl.ts';
import { countLoad, countStore, isMemory } from './access.ts';
import { elementKind, isFloat, lanesOf } from './arithmetic.ts';
import { builtinCost, reductions } from './builtins.ts';
import { callFrame } from './frame.ts';
import type { Counter } from './tally.ts';
import { type Count, countFunction } from './walk.ts';

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', '&&', '||', '!']);

/** Counts what it takes to compute the value of an expression. Constant expressions cost nothing. */
export function countExpression(expression: ExpressionElem, count: Count): void {
  const { module } = count.frame.facts;
  if (expression.kind === 'literal' || expression.kind === 'type') return;
  if (isConstant(expression, module)) return;
  switch (expression.kind) {
    case 'parenthesized-expression':
      countExpression(expression.expression, count);
      return;
    case 'ref':
    case 'component-expression':
    case 'component-member-expression':
      countPath(expression, count);
      if (isMemory(expression, count)) countLoad(expression, count);
      return;
    case 'unary-expression': {
      const operator = expression.operator.value;
      if (operator === '&') {
        countPath(expression.expression, count);
        return;
      }
      countExpression(expression.expression, count);
      if (operator === '*') {
        if (isMemory(expression, count)) countLoad(expression, count);
        return;
      }
      const type = typeOf(expression, module);
      countOperator(operator === '!' ? '!' : '-', type, type, type, count);
      return;
    }
    case 'binary-expression': {
      countExpression(expression.left, count);
      countExpression(expression.right, count);
      const left = typeOf(expression.left, module);
      const right = typeOf(expression.right, module);
      countOperator(expression.operator.value, left, right, typeOf(expression, module), count);
      return;
    }
    case 'call-expression':
      countCall(expression, count);
  }
}

/** Counts an assignment: the value, the place, and the store. */
export function countAssign(statement: Extract<Statement, { kind: 'assign' }>, count: Count): void {
  countExpression(statement.rhs, count);
  if (statement.lhs.kind === 'phony') return;
  const target = statement.lhs;
  const { module } = count.frame.facts;
  countTarget(target, count);
  const stored = isMemory(target, count);
  if (statement.op.value !== '=') {
    const type = typeOf(target, module);
    if (stored) countLoad(target, count);
    countOperator(statement.op.value.slice(0, -1), type, typeOf(statement.rhs, module), type, count);
  }
  if (stored) countStore(target, count);
}

/** Counts `target++` or `target--`. */
export function countStep(target: ExpressionElem, count: Count): void {
  countTarget(target, count);
  count.tally.add('intAdd', count.times);
  if (!isMemory(target, count)) return;
  countLoad(target, count);
  countStore(target, count);
}

/** Counts what it takes to find the place that an assignment writes. */
function countTarget(target: ExpressionElem, count: Count): void {
  if (target.kind === 'unary-expression') countExpression(target.expression, count);
  else countPath(target, count);
}

/** Counts the index expressions on the way to a place, and what computes the value it is a part of. */
function countPath(path: ExpressionElem, count: Count): void {
  switch (path.kind) {
    case 'ref':
      return;
    case 'parenthesized-expression':
      countPath(path.expression, count);
      return;
    case 'component-expression':
      countPath(path.base, count);
      countExpression(path.access, count);
      return;
    case 'component-member-expression':
      countPath(path.base, count);
      return;
    default:
      // `*p` names a place; any other expression is a value to be computed first.
      if (path.kind === 'unary-expression' && path.operator.value === '*')
        countExpression(path.expression, count);
      else countExpression(path, count);
  }
}

function countOperator(operator: string, left: Type, right: Type, result: Type, count: Count): void {
  const add = (counter: Counter, lanes: number) => {
    count.tally.add(counter, lanes * count.times);
    if (counter.startsWith('float') && elementKind(result) === 'f16')
      count.tally.add('halfOps', lanes * count.times);
  };
  if (comparisons.has(operator)) {
    add('compare', lanesOf(result));
    return;
  }
  if (result.kind === 'unknown') {
    count.tally.add('special', Number.NaN);
    return;
  }
  const product = operator === '*' ? innerLength(left, right) : null;
  if (product !== null) {
    add('floatMul', lanesOf(result) * product);
    add('floatAdd', lanesOf(result) * (product - 1));
    return;
  }
  const lanes = lanesOf(result);
  const float = isFloat(result);
  if (operator === '*') add(float ? 'floatMul' : 'intMul', lanes);
  else if (operator === '/' || operator === '%') add(float ? 'floatDiv' : 'intDiv', lanes);
  else add(float ? 'floatAdd' : 'intAdd', lanes);
}

/** Products summed for each element of a matrix product; null if the operator works element by element. */
function innerLength(left: Type, right: Type): number | null {
  if (left.kind === 'matrix' && (right.kind === 'matrix' || right.kind === 'vector')) return left.cols;
  if (left.kind === 'vector' && right.kind === 'matrix') return right.rows;
  return null;
}

function countCall(call: FunctionCallExpression, count: Count): void {
  const { module } = count.frame.facts;
  const callee = call.function.kind === 'ref' ? call.function.ident : call.function.name;
  const declaration = declarationOf(callee, module);
  const fn = declaration?.declElem;
  const name = callee.originalName;
  if (!declaration && name.startsWith('atomic')) {
    countAtomic(name, call, count);
    return;
  }
  for (const argument of call.arguments) countExpression(argument, count);
  if (fn?.kind === 'fn') {
    if (count.calls.left-- <= 0) {
      count.tally.forget();
      return;
    }
    countFunction(fn, { ...count, frame: callFrame(fn, call.arguments, count.frame) });
    return;
  }
  // Constructors of structures and aliased types move values; so do those of arrays and matrices.
  const type = typeOf(call, module);
  if (declaration || /^(array|mat\d)/.test(name)) return;
  if (/^(f32|f16|i32|u32|bool|vec\d)/.test(name)) {
    countConversions(call, type, count);
    return;
  }
  countBuiltin(name, call, type, count);
}

function countBuiltin(name: string, call: FunctionCallExpression, type: Type, count: Count): void {
  const first = call.arguments[0];
  const argument: Type = first ? typeOf(first, count.frame.facts.module) : { kind: 'void' };
  const measured = reductions.has(name) ? argument : type;
  const cost = builtinCost(name, lanesOf(measured), isFloat(argument));
  if (cost === null) {
    count.tally.add('special', Number.NaN);
    return;
  }
  for (const [counter, amount] of Object.entries(cost) as [Counter, number][]) {
    count.tally.add(counter, amount * count.times);
    if (counter.startsWith('float') && elementKind(argument) === 'f16') {
      count.tally.add('halfOps', amount * count.times);
    }
  }
  if (name === 'workgroupUniformLoad' && first) countPointee(first, count, 'load');
}

/** Lanes whose scalar type changes. Constants are converted by the compiler. */
function countConversions(call: FunctionCallExpression, type: Type, count: Count): void {
  const { module } = count.frame.facts;
  const target = elementKind(type);
  for (const argument of call.arguments) {
    if (isConstant(argument, module)) continue;
    const from = typeOf(argument, module);
    if (elementKind(from) !== target) count.tally.add('convert', lanesOf(from) * count.times);
  }
}

function countAtomic(name: string, call: FunctionCallExpression, count: Count): void {
  const [pointer, ...values] = call.arguments;
  for (const value of values) countExpression(value, count);
  if (!pointer) return;
  countExpression(pointer, count);
  if (name === 'atomicLoad') countPointee(pointer, count, 'load');
  else if (name === 'atomicStore') countPointee(pointer, count, 'store');
  else count.tally.add('atomics', count.times);
}

function countPointee(pointer: ExpressionElem, count: Count, what: 'load' | 'store'): void {
  if (pointer.kind !== 'unary-expression' || pointer.operator.value !== '&') return;
  if (!isMemory(pointer.expression, count)) return;
  if (what === 'load') countLoad(pointer.expression, count);
  else countStore(pointer.expression, count);
}
