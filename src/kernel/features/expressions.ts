import {
  declarationOf,
  type ExpressionElem,
  type FnElem,
  type FunctionCallExpression,
  type Statement,
  type Type,
  typeOf,
} from '../wesl.ts';
import { accessCode, isMemory } from './access.ts';
import { elementKind, isFloat, lanesOf } from './arithmetic.ts';
import { builtinCost, reductions } from './builtins.ts';
import { constancy } from './constants.ts';
import { contentionCode } from './contention.ts';
import { adding, perform, sequence, stepping } from './count-code.ts';
import { integerDivisionCode } from './division.ts';
import { argumentsOf } from './evaluate-call.ts';
import { type CountCode, type CountStep, callFrame, type Passed, type Run } from './run.ts';
import type { Scope } from './scope.ts';
import type { Counter } from './tally.ts';

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', '&&', '||', '!']);

/**
 * Code that counts what it takes to compute the value of an expression. Constant expressions cost nothing; null where
 * no configuration makes it cost anything.
 */
export function expressionCode(expression: ExpressionElem, scope: Scope): CountCode | null {
  if (expression.kind === 'literal' || expression.kind === 'type') return null;
  const constant = constancy(expression, scope);
  if (constant === true) return null;
  const code = variableCode(expression, scope);
  if (constant === false || code === null) return code;
  return stepping((run, frame, tally, times) => {
    if (!constant(run)) perform(code, run, frame, tally, times);
  });
}

function variableCode(expression: ExpressionElem, scope: Scope): CountCode | null {
  const { module } = scope.program;
  switch (expression.kind) {
    case 'parenthesized-expression':
      return expressionCode(expression.expression, scope);
    case 'ref':
    case 'component-expression':
    case 'component-member-expression':
      return sequence([pathCode(expression, scope), accessCode(expression, scope, 'Load')]);
    case 'unary-expression': {
      const operator = expression.operator.value;
      if (operator === '&') return pathCode(expression.expression, scope);
      const operand = expressionCode(expression.expression, scope);
      if (operator === '*') return sequence([operand, accessCode(expression, scope, 'Load')]);
      const type = typeOf(expression, module);
      return sequence([operand, operatorCode(operator === '!' ? '!' : '-', type, type, type)]);
    }
    case 'binary-expression': {
      const left = typeOf(expression.left, module);
      const right = typeOf(expression.right, module);
      return sequence([
        expressionCode(expression.left, scope),
        expressionCode(expression.right, scope),
        appliedCode(expression.operator.value, [left, right, typeOf(expression, module)], {
          divisor: expression.right,
          scope,
        }),
      ]);
    }
    case 'call-expression':
      return callCode(expression, scope);
    default:
      return null;
  }
}

/** Code that counts an assignment: the value, the place, and the store. */
export function assignCode(
  statement: Extract<Statement, { kind: 'assign' }>,
  scope: Scope,
): CountCode | null {
  const value = expressionCode(statement.rhs, scope);
  if (statement.lhs.kind === 'phony') return value;
  const target = statement.lhs;
  const { module } = scope.program;
  const codes = [value, targetCode(target, scope)];
  if (statement.op.value !== '=') {
    const type = typeOf(target, module);
    codes.push(
      accessCode(target, scope, 'Load'),
      appliedCode(statement.op.value.slice(0, -1), [type, typeOf(statement.rhs, module), type], {
        divisor: statement.rhs,
        scope,
      }),
    );
  }
  return sequence([...codes, accessCode(target, scope, 'Store')]);
}

/** Code that counts `target++` or `target--`. */
export function stepCode(target: ExpressionElem, scope: Scope): CountCode | null {
  return sequence([
    targetCode(target, scope),
    adding('intAdd'),
    accessCode(target, scope, 'Load'),
    accessCode(target, scope, 'Store'),
  ]);
}

/** What it takes to find the place that an assignment writes. */
function targetCode(target: ExpressionElem, scope: Scope): CountCode | null {
  return target.kind === 'unary-expression'
    ? expressionCode(target.expression, scope)
    : pathCode(target, scope);
}

/** The index expressions on the way to a place, and what computes the value it is a part of. */
function pathCode(path: ExpressionElem, scope: Scope): CountCode | null {
  switch (path.kind) {
    case 'ref':
      return null;
    case 'parenthesized-expression':
      return pathCode(path.expression, scope);
    case 'component-expression':
      return sequence([pathCode(path.base, scope), expressionCode(path.access, scope)]);
    case 'component-member-expression':
      return pathCode(path.base, scope);
    default:
      // `*p` names a place; any other expression is a value to be computed first.
      return path.kind === 'unary-expression' && path.operator.value === '*'
        ? expressionCode(path.expression, scope)
        : expressionCode(path, scope);
  }
}

/** Code for an operator of two sides: what an integer division costs its divisor decides. */
function appliedCode(
  operator: string,
  [left, right, result]: readonly [Type, Type, Type],
  { divisor, scope }: { readonly divisor: ExpressionElem; readonly scope: Scope },
): CountCode | null {
  const divides = operator === '/' || operator === '%';
  return divides && result.kind !== 'unknown' && !isFloat(result)
    ? integerDivisionCode(divisor, lanesOf(result), scope)
    : operatorCode(operator, left, right, result);
}

function operatorCode(operator: string, left: Type, right: Type, result: Type): CountCode | null {
  if (comparisons.has(operator)) return adding('compare', lanesOf(result));
  if (result.kind === 'unknown') return adding('special', Number.NaN);
  const product = operator === '*' ? innerLength(left, right) : null;
  const lanes = lanesOf(result);
  if (product !== null) {
    return sequence([
      arithmeticCode('floatMul', lanes * product, result),
      arithmeticCode('floatAdd', lanes * (product - 1), result),
    ]);
  }
  const float = isFloat(result);
  if (operator === '*') return arithmeticCode(float ? 'floatMul' : 'intMul', lanes, result);
  if (operator === '/' || operator === '%') return arithmeticCode('floatDiv', lanes, result);
  return arithmeticCode(float ? 'floatAdd' : 'intAdd', lanes, result);
}

/** Operations on a type; those in half precision are counted as such, too. */
function arithmeticCode(counter: Counter, amount: number, type: Type): CountCode | null {
  const half = counter.startsWith('float') && elementKind(type) === 'f16';
  return sequence([adding(counter, amount), half ? adding('halfOps', amount) : null]);
}

/** Products summed for each element of a matrix product; null if the operator works element by element. */
function innerLength(left: Type, right: Type): number | null {
  if (left.kind === 'matrix' && (right.kind === 'matrix' || right.kind === 'vector')) return left.cols;
  if (left.kind === 'vector' && right.kind === 'matrix') return right.rows;
  return null;
}

function callCode(call: FunctionCallExpression, scope: Scope): CountCode | null {
  const { module } = scope.program;
  const callee = call.function.kind === 'ref' ? call.function.ident : call.function.name;
  const declaration = declarationOf(callee, module);
  const fn = declaration?.declElem;
  const name = callee.originalName;
  if (!declaration && name.startsWith('atomic')) return atomicCode(name, call, scope);
  const passed = call.arguments.map((argument) => expressionCode(argument, scope));
  if (fn?.kind === 'fn') {
    return sequence([...passed, activationCode(fn, call, scope)]);
  }
  // Constructors of structures and aliased types move values; so do those of arrays and matrices.
  if (declaration || /^(array|mat\d)/.test(name)) return sequence(passed);
  const type = typeOf(call, module);
  const own = /^(f32|f16|i32|u32|bool|vec\d)/.test(name)
    ? conversionCode(call, type, scope)
    : builtinCode(name, call, type, scope);
  return sequence([...passed, own]);
}

/** The body of a function; what counts the same for every activation needs none. */
function activationCode(fn: FnElem, call: FunctionCallExpression, scope: Scope): CountCode | null {
  const code = scope.program.body(fn);
  if (code === null || (code !== 'unfinished' && code.steps.length === 0)) return code;
  const passed = argumentsOf(fn, call, scope);
  return stepping((run, frame, tally, times) => {
    const counting = code === 'unfinished' ? run.body(fn) : code;
    activate(counting, passed, run, frame, tally, times);
  });
}

function activate(
  code: ReturnType<Run['body']>,
  passed: Passed,
  ...[run, frame, tally, times]: Parameters<CountStep>
): void {
  if (code === null) return;
  if (code === 'unfinished' || run.callsLeft-- <= 0) tally.forget();
  else perform(code, run, callFrame(passed, frame), tally, times);
}

/** The function that a statement calls; null for what is no function of the program. */
export function calledFunction(call: FunctionCallExpression, scope: Scope): FnElem | null {
  const callee = call.function.kind === 'ref' ? call.function.ident : call.function.name;
  const element = declarationOf(callee, scope.program.module)?.declElem;
  return element?.kind === 'fn' ? element : null;
}

/**
 * Code that counts the call of a function as a statement. The function's body is a part of its own, because it may
 * depend on much that the call does not.
 */
export function callStatementCode(fn: FnElem, call: FunctionCallExpression, scope: Scope): CountCode | null {
  const passed = argumentsOf(fn, call, scope);
  return sequence([
    ...call.arguments.map((argument) => expressionCode(argument, scope)),
    stepping((run, frame, tally, times) => activate(run.body(fn), passed, run, frame, tally, times)),
  ]);
}

function builtinCode(name: string, call: FunctionCallExpression, type: Type, scope: Scope): CountCode | null {
  const first = call.arguments[0];
  const argument: Type = first ? typeOf(first, scope.program.module) : { kind: 'void' };
  const measured = reductions.has(name) ? argument : type;
  const cost = builtinCost(name, lanesOf(measured), isFloat(argument));
  if (cost === null) return adding('special', Number.NaN);
  const codes = (Object.entries(cost) as [Counter, number][]).map(([counter, amount]) =>
    arithmeticCode(counter, amount, argument),
  );
  if (name === 'workgroupUniformLoad' && first) codes.push(pointeeCode(first, scope, 'Load'));
  return sequence(codes);
}

/** Lanes whose scalar type changes. Constants are converted by the compiler. */
function conversionCode(call: FunctionCallExpression, type: Type, scope: Scope): CountCode | null {
  const target = elementKind(type);
  const codes = call.arguments.map((argument): CountCode | null => {
    const from = typeOf(argument, scope.program.module);
    if (elementKind(from) === target) return null;
    const constant = constancy(argument, scope);
    if (constant === true) return null;
    const convert = adding('convert', lanesOf(from));
    if (constant === false) return convert;
    return stepping((run, frame, tally, times) => {
      if (!constant(run)) perform(convert, run, frame, tally, times);
    });
  });
  return sequence(codes);
}

function atomicCode(name: string, call: FunctionCallExpression, scope: Scope): CountCode | null {
  const [pointer, ...values] = call.arguments;
  const codes = values.map((value) => expressionCode(value, scope));
  if (!pointer) return sequence(codes);
  codes.push(expressionCode(pointer, scope));
  if (name === 'atomicLoad') codes.push(pointeeCode(pointer, scope, 'Load'));
  else if (name === 'atomicStore') codes.push(pointeeCode(pointer, scope, 'Store'));
  else codes.push(adding('atomics'), contentionCode(pointer, scope));
  return sequence(codes);
}

function pointeeCode(pointer: ExpressionElem, scope: Scope, what: 'Load' | 'Store'): CountCode | null {
  if (pointer.kind !== 'unary-expression' || pointer.operator.value !== '&') return null;
  return isMemory(pointer.expression, scope) ? accessCode(pointer.expression, scope, what) : null;
}
