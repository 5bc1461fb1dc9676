import { wrap } from './arithmetic.ts';

type Scalar = number | boolean;

const floats: Readonly<Record<string, (...values: number[]) => number>> = {
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  round: roundToEven,
  fract: (value) => value - Math.floor(value),
  sign: Math.sign,
  saturate: (value) => Math.min(Math.max(value, 0), 1),
  sqrt: Math.sqrt,
  inverseSqrt: (value) => 1 / Math.sqrt(value),
  log: Math.log,
  log2: Math.log2,
  exp: Math.exp,
  exp2: (value) => 2 ** value,
  pow: (base, exponent) => base ** exponent,
  fma: (a, b, c) => a * b + c,
  mix: (a, b, share) => a * (1 - share) + b * share,
  step: (edge, value) => (value >= edge ? 1 : 0),
  min: Math.min,
  max: Math.max,
  clamp: (value, low, high) => Math.min(Math.max(value, low), high),
};

/** Of the bits of a 32-bit integer; what they give that is not there is -1, as in WGSL. */
const bits: Readonly<Record<string, (value: number) => number>> = {
  countLeadingZeros: Math.clz32,
  countTrailingZeros: (value) => (value === 0 ? 32 : lowestBit(value)),
  countOneBits: ones,
  firstTrailingBit: (value) => (value === 0 ? -1 : lowestBit(value)),
  reverseBits: (value) =>
    Number.parseInt([...(value >>> 0).toString(2).padStart(32, '0')].reverse().join(''), 2),
};

function lowestBit(value: number): number {
  return 31 - Math.clz32(value & -value);
}

function ones(value: number): number {
  let count = 0;
  for (let rest = value >>> 0; rest > 0; rest = (rest & (rest - 1)) >>> 0) count++;
  return count;
}

function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** The highest bit that differs from the sign. */
function firstLeadingBit(value: number, kind: string | null): number {
  return 31 - Math.clz32(kind === 'i32' && value < 0 ? ~value : value);
}

function extractBits([value, offset, count]: readonly number[], kind: string | null): number {
  const from = Math.min(offset as number, 32);
  const width = Math.min(count as number, 32 - from);
  if (width === 0) return 0;
  const top = ((value as number) << (32 - from - width)) | 0;
  return kind === 'i32' ? top >> (32 - width) : top >>> (32 - width);
}

/**
 * What a builtin function gives for scalars; null for what is none or is not known.
 *
 * @param kind of the result.
 */
export function scalarFunction(name: string, values: readonly Scalar[], kind: string | null): Scalar | null {
  const [a, b, c] = values;
  if (name === 'select' && a !== undefined && b !== undefined) return c ? b : a;
  if (values.some((value) => typeof value !== 'number')) return null;
  const numbers = values as readonly number[];
  const apply: ((...values: number[]) => number) | undefined = own(floats, name) ?? own(bits, name);
  if (apply !== undefined) return numbers.length === apply.length ? wrap(apply(...numbers), kind) : null;
  if (name === 'firstLeadingBit' && numbers.length === 1) {
    return wrap(firstLeadingBit(numbers[0] as number, kind), kind);
  }
  if (name === 'extractBits' && numbers.length === 3) return wrap(extractBits(numbers, kind), kind);
  return null;
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
