/**
 * Whole numbers as sums of products of symbols, e.g. `rows * cols - 1`. Symbols stand for numbers that are not negative.
 */
export interface Polynomial {
  /** By the key of their factors; none is 0. */
  readonly terms: ReadonlyMap<string, Term>;
  /** Equal for equal polynomials. */
  readonly key: string;
}

interface Term {
  readonly coefficient: number;
  /** Sorted by key. */
  readonly factors: readonly Factor[];
}

/** A symbol, or what is left of an operation that polynomials do not have. */
type Factor =
  | { readonly kind: 'symbol'; readonly name: string; readonly key: string }
  | {
      readonly kind: 'operation';
      readonly operation: Operation;
      readonly operands: readonly [Polynomial, Polynomial];
      readonly key: string;
    };

/** `divide` rounds down, `ceil_div` up. */
type Operation = 'divide' | 'ceil_div' | 'max';

/** Most terms that are kept; what has more is of no use to a reader. */
const mostTerms = 12;

function polynomial(terms: readonly Term[]): Polynomial {
  const byKey = new Map<string, Term>();
  for (const { coefficient, factors } of terms) {
    const key = factors.map((factor) => factor.key).join('*');
    const sum = coefficient + (byKey.get(key)?.coefficient ?? 0);
    if (sum === 0) byKey.delete(key);
    else byKey.set(key, { coefficient: sum, factors });
  }
  const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    terms: new Map(sorted),
    key: sorted.map(([key, { coefficient }]) => `${coefficient}*${key}`).join('+'),
  };
}

export function constant(value: number): Polynomial {
  return polynomial(value === 0 ? [] : [{ coefficient: value, factors: [] }]);
}

export function symbol(name: string): Polynomial {
  return polynomial([{ coefficient: 1, factors: [{ kind: 'symbol', name, key: name }] }]);
}

function operation(name: Operation, a: Polynomial, b: Polynomial): Polynomial {
  const factor: Factor = {
    kind: 'operation',
    operation: name,
    operands: [a, b],
    key: `${name}(${a.key};${b.key})`,
  };
  return polynomial([{ coefficient: 1, factors: [factor] }]);
}

export function add(a: Polynomial, b: Polynomial): Polynomial {
  return polynomial([...a.terms.values(), ...b.terms.values()]);
}

export function subtract(a: Polynomial, b: Polynomial): Polynomial {
  return add(a, multiply(b, constant(-1)));
}

export function multiply(a: Polynomial, b: Polynomial): Polynomial {
  const byKey = (x: Factor, y: Factor) => (x.key < y.key ? -1 : 1);
  return polynomial(
    [...a.terms.values()].flatMap((one) =>
      [...b.terms.values()].map((other) => ({
        coefficient: one.coefficient * other.coefficient,
        factors: [...one.factors, ...other.factors].sort(byKey),
      })),
    ),
  );
}

/** The number that it is; null if it has symbols. */
export function numberOf({ terms }: Polynomial): number | null {
  if (terms.size === 0) return 0;
  return terms.size === 1 ? (terms.get('')?.coefficient ?? null) : null;
}

/** Whether it is too long to be of use. */
export function isUnwieldy({ terms }: Polynomial): boolean {
  return terms.size > mostTerms;
}

/** Whether `a <= b` whatever the symbols are, as far as that shows. Symbols are taken to be at least 1. */
export function isAtMost(a: Polynomial, b: Polynomial): boolean {
  let constantPart = 0;
  for (const { coefficient, factors } of subtract(b, a).terms.values()) {
    if (factors.length === 0) constantPart += coefficient;
    else if (coefficient < 0) return false;
    else constantPart += coefficient;
  }
  return constantPart >= 0;
}

/** The quotient where one term divides every other without a rest; else null. */
function quotient(a: Polynomial, divisor: Polynomial): Polynomial | null {
  const [by, ...more] = divisor.terms.values();
  if (by === undefined || more.length > 0) return null;
  const terms: Term[] = [];
  for (const { coefficient, factors } of a.terms.values()) {
    const left = [...factors];
    for (const { key } of by.factors) {
      const at = left.findIndex((factor) => factor.key === key);
      if (at === -1) return null;
      left.splice(at, 1);
    }
    if (coefficient % by.coefficient !== 0) return null;
    terms.push({ coefficient: coefficient / by.coefficient, factors: left });
  }
  return polynomial(terms);
}

/** `a / b`, rounded down; what is `(n + b - 1) / b` is `ceil_div(n, b)`. */
export function divide(a: Polynomial, b: Polynomial): Polynomial {
  const exact = quotient(a, b);
  if (exact !== null) return exact;
  const one = constant(1);
  const below = quotient(add(a, one), b);
  if (below !== null) return subtract(below, one);
  const by = numberOf(b);
  const rounding = a.terms.get('')?.coefficient ?? 0;
  const isRoundedUp = by !== null ? rounding >= by - 1 : isAtMost(subtract(b, one), a);
  if (isRoundedUp && numberOf(a) === null) return ceilDivide(subtract(a, subtract(b, one)), b);
  return operation('divide', a, b);
}

/** `a / b`, rounded up. */
export function ceilDivide(a: Polynomial, b: Polynomial): Polynomial {
  const numbers = [numberOf(a), numberOf(b)] as const;
  if (numbers[0] !== null && numbers[1] !== null) return constant(Math.ceil(numbers[0] / numbers[1]));
  return quotient(a, b) ?? operation('ceil_div', a, b);
}

export function largest(a: Polynomial, b: Polynomial): Polynomial {
  if (isAtMost(a, b)) return b;
  return isAtMost(b, a) ? a : operation('max', a, b);
}

/** The names of all symbols in it, those in operations included. */
export function symbolsOf({ terms }: Polynomial): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { factors } of terms.values()) {
    for (const factor of factors) {
      if (factor.kind === 'symbol') names.add(factor.name);
      else for (const operand of factor.operands) for (const name of symbolsOf(operand)) names.add(name);
    }
  }
  return names;
}

/** It with something else in place of symbols. */
export function substitute(whole: Polynomial, replacement: (name: string) => Polynomial | null): Polynomial {
  let result = constant(0);
  for (const { coefficient, factors } of whole.terms.values()) {
    let product = constant(coefficient);
    for (const factor of factors) {
      if (factor.kind === 'symbol') {
        product = multiply(product, replacement(factor.name) ?? symbol(factor.name));
        continue;
      }
      const [a, b] = factor.operands.map((operand) => substitute(operand, replacement)) as [
        Polynomial,
        Polynomial,
      ];
      const operate = { divide, ceil_div: ceilDivide, max: largest }[factor.operation];
      product = multiply(product, operate(a, b));
    }
    result = add(result, product);
  }
  return result;
}

/** What a symbol is multiplied with, where it stands alone and once in each of its terms; null where it does not. */
export function coefficientOf(name: string, { terms }: Polynomial): Polynomial | null {
  const found: Term[] = [];
  for (const { coefficient, factors } of terms.values()) {
    const rest = factors.filter((factor) => factor.kind !== 'symbol' || factor.name !== name);
    if (rest.length === factors.length) continue;
    if (factors.length - rest.length > 1) return null;
    found.push({ coefficient, factors: rest });
  }
  return found.length === 0 ? null : polynomial(found);
}

/** As an expression of the manifest. */
export function expressionText(whole: Polynomial, nameOf: (symbol: string) => string): string {
  const parts = [...whole.terms.values()]
    // What is added comes first, and numbers last.
    .sort(
      (a, b) =>
        Number(a.coefficient < 0) - Number(b.coefficient < 0) ||
        Number(a.factors.length === 0) - Number(b.factors.length === 0),
    )
    .map(({ coefficient, factors }, i) => {
      const size = Math.abs(coefficient);
      const names = factors.map((factor) =>
        factorText(factor, nameOf, factors.length > 1 || size !== 1 || whole.terms.size > 1),
      );
      const product = [...(size === 1 && names.length > 0 ? [] : [String(size)]), ...names];
      const sign = coefficient < 0 ? (i === 0 ? '-' : ' - ') : i === 0 ? '' : ' + ';
      // Numbers stand behind: `rows * 4`.
      return (
        sign + (names.length > 0 && product.length > names.length ? [...names, size] : product).join(' * ')
      );
    });
  return parts.length === 0 ? '0' : parts.join('');
}

function factorText(factor: Factor, nameOf: (symbol: string) => string, isPart: boolean): string {
  if (factor.kind === 'symbol') return nameOf(factor.name);
  const [a, b] = factor.operands.map((operand) => expressionText(operand, nameOf)) as [string, string];
  if (factor.operation !== 'divide') return `${factor.operation}(${a}, ${b})`;
  const bracketed = (text: string) => (/ /.test(text) ? `(${text})` : text);
  const text = `${bracketed(a)} / ${bracketed(b)}`;
  return isPart ? `(${text})` : text;
}
