import {
  add,
  constant,
  divide,
  isAtMost,
  isUnwieldy,
  largest,
  multiply,
  numberOf,
  type Polynomial,
  subtract,
} from './polynomial.ts';

/** Between which whole numbers a value lies, both ends included; null where that is unknown. */
export interface Range {
  readonly low: Polynomial | null;
  readonly high: Polynomial | null;
}

export const anyNumber: Range = { low: null, high: null };

export function exactly(value: Polynomial): Range {
  return { low: value, high: value };
}

export function upTo(high: Polynomial): Range {
  return { low: constant(0), high };
}

function isExact({ low, high }: Range): boolean {
  return low !== null && high !== null && low.key === high.key;
}

function mayBeNegative({ low }: Range): boolean {
  return low === null || !isAtMost(constant(0), low);
}

const both = <T>(
  a: Polynomial | null,
  b: Polynomial | null,
  of: (a: Polynomial, b: Polynomial) => T,
): T | null => (a === null || b === null ? null : of(a, b));

/** The range of `a operator b`. */
export function combine(operator: string, a: Range, b: Range): Range {
  const result = combined(operator, a, b);
  const tidy = (end: Polynomial | null) => (end === null || isUnwieldy(end) ? null : end);
  return { low: tidy(result.low), high: tidy(result.high) };
}

function combined(operator: string, a: Range, b: Range): Range {
  switch (operator) {
    case '+':
      return { low: both(a.low, b.low, add), high: both(a.high, b.high, add) };
    case '-':
      return { low: both(a.low, b.high, subtract), high: both(a.high, b.low, subtract) };
    case '*':
      if (mayBeNegative(a) && mayBeNegative(b)) return anyNumber;
      return {
        low: mayBeNegative(a) || mayBeNegative(b) ? null : both(a.low, b.low, multiply),
        high: both(a.high, b.high, multiply),
      };
    case '/':
      if (b.low === null || numberOf(b.low) === 0 || a.high === null) return anyNumber;
      return {
        low: isExact(a) && isExact(b) ? divide(a.high, b.low) : constant(0),
        high: divide(a.high, b.low),
      };
    case '%':
      return remainder(a, b);
    case '<<':
    case '>>': {
      const by = isExact(b) && b.low !== null ? numberOf(b.low) : null;
      if (by === null || by > 30) return operator === '>>' ? { low: constant(0), high: a.high } : anyNumber;
      return combined(operator === '<<' ? '*' : '/', a, exactly(constant(2 ** by)));
    }
    case '&':
      return { low: constant(0), high: leastOf(a.high, b.high) };
    default:
      return anyNumber;
  }
}

function remainder(a: Range, b: Range): Range {
  if (b.high === null) return { low: constant(0), high: a.high };
  const most = subtract(b.high, constant(1));
  return { low: constant(0), high: a.high !== null && isAtMost(a.high, most) ? a.high : most };
}

/** The smaller of two upper ends; of those that do not compare the first that is known. */
export function leastOf(a: Polynomial | null, b: Polynomial | null): Polynomial | null {
  if (a === null || b === null) return a ?? b;
  return isAtMost(b, a) ? b : a;
}

/** A range that holds both. */
export function union(a: Range, b: Range): Range {
  return {
    low: both(a.low, b.low, (x, y) => (isAtMost(x, y) ? x : isAtMost(y, x) ? y : null)),
    high: both(a.high, b.high, largest),
  };
}
