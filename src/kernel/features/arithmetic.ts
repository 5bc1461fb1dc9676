import type { Type } from '../wesl.ts';
import type { Value } from './frame.ts';

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

/** Applies a binary operator, element by element for vectors; null if it has no value. */
export function applyBinary(operator: string, left: Value, right: Value, kind: string | null): Value | null {
  if (typeof left !== 'object' && typeof right !== 'object') return scalarBinary(operator, left, right, kind);
  const length = typeof left === 'object' ? left.length : (right as readonly Scalar[]).length;
  const result: Scalar[] = [];
  for (let i = 0; i < length; i++) {
    const a = typeof left === 'object' ? left[i] : left;
    const b = typeof right === 'object' ? right[i] : right;
    const element = a === undefined || b === undefined ? null : scalarBinary(operator, a, b, kind);
    if (element === null) return null;
    result.push(element);
  }
  return result;
}

function scalarBinary(operator: string, a: Scalar, b: Scalar, kind: string | null): Scalar | null {
  if (typeof a === 'boolean' || typeof b === 'boolean') {
    if (operator === '&&' || operator === '&') return Boolean(a) && Boolean(b);
    if (operator === '||' || operator === '|') return Boolean(a) || Boolean(b);
    if (operator === '==') return a === b;
    if (operator === '!=') return a !== b;
    return null;
  }
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '==':
      return a === b;
    case '!=':
      return a !== b;
  }
  const value = numericBinary(operator, a, b, kind);
  return value === null || !Number.isFinite(value) ? null : wrap(value, kind);
}

function numericBinary(operator: string, a: number, b: number, kind: string | null): number | null {
  const whole = kind === 'u32' || kind === 'i32' || kind === 'abstract-int';
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      // Beyond 2^53 the product of two numbers is not exact; 32-bit products wrap, so they are made by halves.
      return kind === 'u32' || kind === 'i32' ? Math.imul(a, b) : a * b;
    case '/':
      if (b === 0) return null;
      return whole ? Math.trunc(a / b) : a / b;
    case '%':
      return b === 0 ? null : a % b;
    case '<<':
      return kind === 'abstract-int' ? a * 2 ** b : a << b;
    case '>>':
      return kind === 'i32' ? a >> b : a >>> b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    default:
      return null;
  }
}
