import type { FunctionCallExpression, Type } from '../wesl.ts';
import { constant, isAtMost, largest, type Polynomial, symbol } from './polynomial.ts';
import { symbols, type Use } from './program.ts';
import { exactly, leastOf, type Range, union } from './range.ts';
import { allSources, rangeOf, type Value, workedOut } from './value.ts';

interface Call {
  readonly call: FunctionCallExpression;
  readonly args: readonly Value[];
  readonly type: () => Type;
  /** Notes what sources are used for. */
  readonly use: (sources: Iterable<string>, use: Use) => void;
}

/** What makes floats of the bits of whole numbers. */
const fromBits = /^(?:unpack\w+|bitcast)$/;

/** The value of a call of what WGSL itself declares. */
export function builtinCall(name: string, { call, args, type, use }: Call): Value {
  const sources = allSources(args);
  const [a, b, c] = args;
  if (a === undefined) return /^(?:u32|i32|vec[234]\w*)$/.test(name) ? zero(name) : workedOut(null);
  if (name === 'arrayLength') {
    return a.place === null
      ? workedOut(null)
      : workedOut([exactly(symbol(symbols.count(a.place.variable.originalName)))]);
  }
  if (name === 'select' && b !== undefined && c !== undefined) {
    use(c.sources, 'condition');
    return workedOut(pairwise(a, b, union), sources);
  }
  if (fromBits.test(name) && isFloat(type())) use(sources, 'bits');
  if (/^(?:u32|i32)$/.test(name)) return workedOut(a.ranges?.length === 1 ? a.ranges : null, sources);
  if (/^vec[234]/.test(name)) return workedOut(vector(name, call, args), sources);
  if (name === 'min' && b !== undefined) return workedOut(pairwise(a, b, smaller), sources);
  if (name === 'max' && b !== undefined) return workedOut(pairwise(a, b, larger), sources);
  if (name === 'clamp' && b !== undefined && c !== undefined)
    return workedOut([clamped(rangeOf(a), rangeOf(b), rangeOf(c))], sources);
  if (name === 'abs') return workedOut(a.ranges, sources);
  return workedOut(null, sources);
}

function zero(name: string): Value {
  const length = Number(/^vec([234])/.exec(name)?.[1] ?? 1);
  return workedOut(/f|h/.test(name.slice(4)) ? null : Array.from({ length }, () => exactly(constant(0))));
}

function isFloat(type: Type): boolean {
  if (type.kind === 'vector') return isFloat(type.elem);
  return type.kind === 'scalar' && (type.scalar === 'f32' || type.scalar === 'f16');
}

function pairwise(a: Value, b: Value, of: (a: Range, b: Range) => Range): readonly Range[] | null {
  if (a.ranges === null || b.ranges === null || a.ranges.length !== b.ranges.length) return null;
  return a.ranges.map((range, i) => of(range, b.ranges?.[i] ?? range));
}

function smaller(a: Range, b: Range): Range {
  return { low: union(a, b).low, high: leastOf(a.high, b.high) };
}

function larger(a: Range, b: Range): Range {
  const high = a.high === null || b.high === null ? null : largest(a.high, b.high);
  return { low: highest(a.low, b.low), high };
}

function highest(a: Polynomial | null, b: Polynomial | null): Polynomial | null {
  if (a === null || b === null) return a ?? b;
  return isAtMost(a, b) ? b : a;
}

function clamped(value: Range, low: Range, high: Range): Range {
  return { low: highest(value.low, low.low), high: leastOf(high.high, value.high) };
}

/** The components of a constructor; null unless all are whole numbers. */
function vector(
  name: string,
  { function: callee }: FunctionCallExpression,
  args: readonly Value[],
): readonly Range[] | null {
  const written = callee.kind === 'type' ? callee.templateParams?.[0] : undefined;
  const element =
    written?.kind === 'type'
      ? written.name.originalName
      : written?.kind === 'ref'
        ? written.ident.originalName
        : '';
  if (/^vec\d[fh]/.test(name) || /^f\d/.test(element)) return null;
  const size = Number(name[3]);
  const parts = args.map(({ ranges }) => ranges);
  if (parts.some((ranges) => ranges === null)) return null;
  const components = parts.flatMap((ranges) => ranges ?? []);
  const [only] = components;
  if (components.length === 1 && only !== undefined) return Array.from({ length: size }, () => only);
  return components.length === size ? components : null;
}
