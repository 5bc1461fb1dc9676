import { constantValue, type DeclIdent, declarationOf, type ExpressionElem, typeOf } from '../wesl.ts';
import { applyBinary, elementKind, wrap } from './arithmetic.ts';
import { builtinInput } from './builtin-inputs.ts';
import { evaluateCall } from './evaluate-call.ts';
import type { Frame, Value, Viewpoint } from './frame.ts';
import { uniformValue } from './uniforms.ts';

/** Variables that count as having the given value, whatever else is known of them. */
export type Assumed = ReadonlyMap<DeclIdent, Value>;

const nothing: Assumed = new Map();

/**
 * The value of an expression as `view` sees it; null if it cannot be known without running the program.
 *
 * Beyond the language's constant expressions it knows `let`s, variables that never change, uniform values, buffer
 * lengths, launch sizes and, for a lane, its ids.
 */
export function evaluate(
  expression: ExpressionElem,
  view: Viewpoint,
  frame: Frame,
  assumed: Assumed = nothing,
): Value | null {
  const { module } = frame.facts;
  const inner = (part: ExpressionElem) => evaluate(part, view, frame, assumed);
  switch (expression.kind) {
    case 'literal':
      return constantValue(expression, module);
    case 'parenthesized-expression':
      return inner(expression.expression);
    case 'ref': {
      const declaration = declarationOf(expression.ident, module);
      if (!declaration) return null;
      return assumed.get(declaration) ?? valueOfDeclaration(declaration, expression, view, frame, assumed);
    }
    case 'unary-expression': {
      const operator = expression.operator.value;
      if (operator === '&' || operator === '*') return null;
      const operand = inner(expression.expression);
      return operand === null ? null : applyUnary(operator, operand, elementKind(typeOf(expression, module)));
    }
    case 'binary-expression': {
      const operator = expression.operator.value;
      const left = inner(expression.left);
      if (operator === '&&' && left === false) return false;
      if (operator === '||' && left === true) return true;
      const right = inner(expression.right);
      if (left === null || right === null) return null;
      return applyBinary(operator, left, right, elementKind(typeOf(expression, module)));
    }
    case 'component-expression': {
      const base = inner(expression.base);
      const index = inner(expression.access);
      if (typeof base === 'object' && typeof index === 'number') return base?.[index] ?? null;
      return uniformValue(expression, view, frame);
    }
    case 'component-member-expression': {
      const base = inner(expression.base);
      if (base !== null && typeof base === 'object') return swizzle(base, expression.access.name);
      return (
        uniformValue(expression, view, frame) ??
        builtinInput(declarationIn(expression.base, frame), expression.access.name, view, frame)
      );
    }
    case 'call-expression':
      return evaluateCall(expression, view, frame, assumed);
    default:
      return null;
  }
}

function declarationIn(expression: ExpressionElem, frame: Frame): DeclIdent | undefined {
  return expression.kind === 'ref' ? declarationOf(expression.ident, frame.facts.module) : undefined;
}

function valueOfDeclaration(
  declaration: DeclIdent,
  reference: ExpressionElem,
  view: Viewpoint,
  frame: Frame,
  assumed: Assumed,
): Value | null {
  const element = declaration.declElem;
  const bound = frame.parameters.get(declaration);
  if (bound) return evaluate(bound.expression, view, bound.frame);
  if (element?.kind === 'param') return builtinInput(declaration, null, view, frame);
  if (element?.kind === 'gvar') return uniformValue(reference, view, frame);
  if (element?.kind !== 'let' && element?.kind !== 'var' && element?.kind !== 'const') return null;
  if (element.kind === 'var' && !view.initial && frame.facts.assignments.has(declaration)) return null;
  // What holds under an assumption must not be remembered beyond it.
  const memory = assumed.size === 0 ? memoryOf(frame, view) : new Map<DeclIdent, Value | null>();
  const remembered = memory.get(declaration);
  if (remembered !== undefined) return remembered;
  // Guards against declarations that depend on themselves in erroneous programs.
  memory.set(declaration, null);
  const kind = elementKind(typeOf(reference, frame.facts.module));
  const value = element.init ? evaluate(element.init, view, frame, assumed) : kind === null ? null : 0;
  const held = typeof value === 'number' ? wrap(value, kind) : value;
  memory.set(declaration, held);
  return held;
}

function memoryOf(frame: Frame, view: Viewpoint): Map<DeclIdent, Value | null> {
  let memory = frame.memory.get(view);
  if (!memory) {
    memory = new Map();
    frame.memory.set(view, memory);
  }
  return memory;
}

function applyUnary(operator: '!' | '-' | '~', operand: Value, kind: string | null): Value | null {
  if (typeof operand === 'object') {
    const elements = operand.map((element) => applyUnary(operator, element, kind));
    return elements.every((element) => element !== null && typeof element !== 'object')
      ? (elements as (number | boolean)[])
      : null;
  }
  if (operator === '!') return typeof operand === 'boolean' ? !operand : null;
  if (typeof operand !== 'number') return null;
  return wrap(operator === '-' ? -operand : ~operand, kind);
}

function swizzle(vector: readonly (number | boolean)[], name: string): Value | null {
  const picked = [...name].map((letter) => vector['xyzwrgba'.indexOf(letter) % 4]);
  if (picked.some((element) => element === undefined)) return null;
  return picked.length === 1 ? (picked[0] as number | boolean) : (picked as (number | boolean)[]);
}
