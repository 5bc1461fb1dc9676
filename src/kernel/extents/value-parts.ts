import type { SizedArray, Type } from '../wesl.ts';
import { constant } from './polynomial.ts';
import { anyNumber, combine, exactly, type Range } from './range.ts';
import { unknownValue, type Value, workedOut } from './value.ts';

/** A number as it is written. */
export function literal(text: string): Value {
  return /^(?:0x[\da-f]+|\d+)[iu]?$/i.test(text)
    ? workedOut([exactly(constant(Number(text.replace(/[iu]$/i, ''))))])
    : unknownValue;
}

const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '<<', '>>', '&']);

/** The components of `a operator b`; null for what is no calculation with whole numbers. */
export function componentwise(
  operator: string,
  { ranges: a }: Value,
  { ranges: b }: Value,
): readonly Range[] | null {
  if (a === null || b === null || !arithmetic.has(operator)) return null;
  const length = Math.max(a.length, b.length);
  const at = (ranges: readonly Range[], i: number) => ranges[ranges.length === 1 ? 0 : i] ?? anyNumber;
  return Array.from({ length }, (_, i) => combine(operator, at(a, i), at(b, i)));
}

/** How many whole numbers a value of a type is; 0 for types of something else. */
export function wholeComponents(type: Type): number {
  if (type.kind === 'vector') return wholeComponents(type.elem) === 1 ? type.size : 0;
  return type.kind === 'scalar' && ['i32', 'u32', 'abstract-int'].includes(type.scalar) ? 1 : 0;
}

export function isRuntimeSized({ count, countExpression }: SizedArray): boolean {
  return count === undefined && countExpression === undefined;
}
