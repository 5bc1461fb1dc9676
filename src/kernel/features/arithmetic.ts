import type { Type } from '../wesl.ts';
import type { Value } from './run.ts';

type Scalar = number | boolean;

/** The scalar kind of the elements of a type: `u32` of vec3u; null where there is none. */
export function elementKind(type: Type): string | null {
  if (type.kind === 'scalar') return type.scalar;
  if (type.kind === 'vector' || type.kind === 'matrix' || type.kind === 'atomic') return type.elem.scalar;
  return null;
}

/** Scalars in a value of this type; 1 for whatever is not a vector or matrix. */
export function lanesOf(type: Type): number {
  if (type.kind === 'vector') return type.size;
  if (type.kind === 'matrix') return type.cols * type.rows;
  return 1;
}

/** Whether the type is made of floating-point numbers. */
export function isFloat(type: Type): boolean {
  const kind = elementKind(type);
  return kind === 'f32' || kind === 'f16' || kind === 'abstract-float';
}

/** A number as its type holds it: integers wrap, single precision rounds. */
export function wrap(value: number, kind: string | null): number {
  if (kind === 'u32') return value >>> 0;
  if (kind === 'i32') return value | 0;
  if (kind === 'f32') return Math.fround(value);
  return value;
}

/** Applies a binary operator element by element; null if it has no value. */
export function applyBinary(scalar: ScalarOperator, left: Value, right: Value): Value | null {
  if (typeof left !== 'object' && typeof right !== 'object') return scalar(left, right);
  const length = typeof left === 'object' ? left.length : (right as readonly Scalar[]).length;
  const result: Scalar[] = [];
  for (let i = 0; i < length; i++) {
    const a = typeof left === 'object' ? left[i] : left;
    const b = typeof right === 'object' ? right[i] : right;
    const element = a === undefined || b === undefined ? null : scalar(a, b);
    if (element === null) return null;
    result.push(element);
  }
  return result;
}

/** Applies `!`, `-` or `~`, element by element for vectors; null if it has no value. */
export function applyUnary(operator: '!' | '-' | '~', operand: Value, kind: string | null): Value | null {
  if (typeof operand === 'object') {
    const elements = operand.map((element) => applyUnary(operator, element, kind));
    return elements.every((element) => element !== null && typeof element !== 'object')
      ? (elements as Scalar[])
      : null;
  }
  if (operator === '!') return typeof operand === 'boolean' ? !operand : null;
  if (typeof operand !== 'number') return null;
  return wrap(operator === '-' ? -operand : ~operand, kind);
}

/** The components of a vector that a name like `xy` picks. */
export function swizzle(vector: readonly Scalar[], name: string): Value | null {
  if (name.length === 1) return vector['xyzwrgba'.indexOf(name) % 4] ?? null;
  const picked = [...name].map((letter) => vector['xyzwrgba'.indexOf(letter) % 4]);
  return picked.some((element) => element === undefined) ? null : (picked as Scalar[]);
}

/** A binary operator on scalars; null if it has no value. */
export type ScalarOperator = (a: Scalar, b: Scalar) => Scalar | null;

/** The binary operator on scalars of a kind, that of its result. */
export function scalarOperator(operator: string, kind: string | null): ScalarOperator {
  const truth = truthOperators[operator] ?? (() => null);
  const comparison = comparisons[operator];
  if (comparison !== undefined) {
    return (a, b) => (typeof a === 'number' && typeof b === 'number' ? comparison(a, b) : truth(a, b));
  }
  const numeric = numericOperator(operator, kind);
  if (numeric === null)
    return (a, b) => (typeof a === 'number' && typeof b === 'number' ? null : truth(a, b));
  // Most of what is evaluated is u32, so it has code of its own.
  if (kind === 'u32' && Object.hasOwn(unsignedOperators, operator)) {
    return unsignedOperators[operator] as ScalarOperator;
  }
  if (kind === 'u32') {
    return (a, b) => {
      if (typeof a === 'boolean' || typeof b === 'boolean') return truth(a, b);
      const value = numeric(a, b);
      return value === null || !Number.isFinite(value) ? null : value >>> 0;
    };
  }
  return (a, b) => {
    if (typeof a === 'boolean' || typeof b === 'boolean') return truth(a, b);
    const value = numeric(a, b);
    return value === null || !Number.isFinite(value) ? null : wrap(value, kind);
  };
}

const unsignedOperators: Readonly<Record<string, ScalarOperator>> = {
  '+': (a, b) => (typeof a === 'number' && typeof b === 'number' ? (a + b) >>> 0 : null),
  '-': (a, b) => (typeof a === 'number' && typeof b === 'number' ? (a - b) >>> 0 : null),
  '*': (a, b) => (typeof a === 'number' && typeof b === 'number' ? Math.imul(a, b) >>> 0 : null),
  '/': (a, b) => (typeof a === 'number' && typeof b === 'number' && b !== 0 ? (a / b) >>> 0 : null),
  '%': (a, b) => (typeof a === 'number' && typeof b === 'number' && b !== 0 ? (a % b) >>> 0 : null),
};

const truthOperators: Readonly<Record<string, (a: Scalar, b: Scalar) => boolean>> = {
  '&&': (a, b) => Boolean(a) && Boolean(b),
  '&': (a, b) => Boolean(a) && Boolean(b),
  '||': (a, b) => Boolean(a) || Boolean(b),
  '|': (a, b) => Boolean(a) || Boolean(b),
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

function numericOperator(
  operator: string,
  kind: string | null,
): ((a: number, b: number) => number | null) | null {
  const whole = kind === 'u32' || kind === 'i32' || kind === 'abstract-int';
  switch (operator) {
    case '+':
      return (a, b) => a + b;
    case '-':
      return (a, b) => a - b;
    case '*':
      // Beyond 2^53 the product of two numbers is not exact; 32-bit products wrap, so they are made by halves.
      return kind === 'u32' || kind === 'i32' ? Math.imul : (a, b) => a * b;
    case '/':
      return whole ? (a, b) => (b === 0 ? null : Math.trunc(a / b)) : (a, b) => (b === 0 ? null : a / b);
    case '%':
      return (a, b) => (b === 0 ? null : a % b);
    case '<<':
      return kind === 'abstract-int' ? (a, b) => a * 2 ** b : (a, b) => a << b;
    case '>>':
      return kind === 'i32' ? (a, b) => a >> b : (a, b) => a >>> b;
    case '&':
      return (a, b) => a & b;
    case '|':
      return (a, b) => a | b;
    case '^':
      return (a, b) => a ^ b;
    default:
      return null;
  }
}
