import type { RuntimeFormula } from '../schema/index.ts';

type Value = number | boolean | string;
type Lazy = () => Value;

/** A formula that has no value: a division by zero, a result beyond 2^53, a missing variable. */
export class NoValue extends Error {}

function exact(value: number): number {
  if (!Number.isSafeInteger(value)) throw new NoValue(`${value} is no whole number below 2^53`);
  return value + 0;
}

function divide(a: number, b: number): number {
  if (b === 0) throw new NoValue('division by zero');
  return (a - (a % b)) / b + 0;
}

function log2(x: number): number {
  if (x < 1) throw new NoValue(`log2(${x}) does not exist`);
  return x < 2 ** 32 ? 31 - Math.clz32(x) : 63 - Math.clz32(Math.floor(x / 2 ** 32));
}

function squareRoot(x: number): number {
  if (x < 0) throw new NoValue(`sqrt(${x}) does not exist`);
  return Math.sqrt(x);
}

/** Whole numbers as CEL has them: division truncates, a remainder has the dividend's sign, nothing is rounded. */
const operations: Readonly<Record<string, (...values: number[]) => Value>> = {
  '+': (a, b) => exact(a! + b!),
  '-': (a, b) => exact(a! - b!),
  '*': (a, b) => exact(a! * b!),
  '/': (a, b) => divide(a!, b!),
  '%': (a, b) => a! - divide(a!, b!) * b! + 0,
  'f+': (a, b) => a! + b!,
  'f-': (a, b) => a! - b!,
  'f*': (a, b) => a! * b!,
  'f/': (a, b) => a! / b!,
  '<': (a, b) => a! < b!,
  '<=': (a, b) => a! <= b!,
  '>': (a, b) => a! > b!,
  '>=': (a, b) => a! >= b!,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '!': (a) => !a,
  negate: (a) => 0 - a!,
  fnegate: (a) => -a!,
  int: (a) => exact(Math.trunc(a!)),
  double: (a) => a!,
  min: Math.min,
  max: Math.max,
  is_pow2: (a) => a! >= 1 && 2 ** log2(a!) === a,
  log2: (a) => log2(a!),
  sqrt: (a) => squareRoot(a!),
  ceil_div: (a, b) => {
    const down = divide(a!, b!);
    return down * b! !== a && a! > 0 === b! > 0 ? down + 1 : down;
  },
};

/** Forms that do not look at all their operands. A fault of one side does not matter if the other one decides. */
const forms: Readonly<Record<string, (operands: readonly Lazy[]) => Value>> = {
  '?:': ([condition, yes, no]) => (condition!() ? yes!() : no!()),
  '&&': ([left, right]) => logical(false, left!, right!),
  '||': ([left, right]) => logical(true, left!, right!),
  in: ([needle, ...items]) => {
    const wanted = needle!();
    return items.some((item) => item() === wanted);
  },
};

function logical(deciding: boolean, left: Lazy, right: Lazy): Value {
  let first: Value;
  try {
    first = left();
  } catch (error) {
    if (error instanceof NoValue && right() === deciding) return deciding;
    throw error;
  }
  return first === deciding ? deciding : right();
}

/** The value of a formula. @throws NoValue */
export function evaluate(formula: RuntimeFormula, variables: ReadonlyMap<string, Value>): Value {
  if (typeof formula === 'string') {
    const value = variables.get(formula);
    if (value === undefined) throw new NoValue(`\`${formula}\` has no value`);
    return value;
  }
  if (typeof formula !== 'object') return formula;
  const [name, ...operands] = formula;
  if (name === 'text') return operands[0] as string;
  const form = Object.hasOwn(forms, String(name)) ? forms[String(name)] : undefined;
  if (form !== undefined) return form(operands.map((one) => () => evaluate(one, variables)));
  const operation = Object.hasOwn(operations, String(name)) ? operations[String(name)] : undefined;
  if (operation === undefined) throw new NoValue(`the operation ${String(name)} is not known`);
  return operation(...operands.map((one) => evaluate(one, variables) as number));
}
