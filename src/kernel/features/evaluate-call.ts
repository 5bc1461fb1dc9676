import { arrayStride } from '../layout.ts';
import { declarationOf, type FnElem, type FunctionCallExpression, typeOf } from '../wesl.ts';
import { addressOf } from './address.ts';
import { elementKind, lanesOf, wrap } from './arithmetic.ts';
import { type Assumed, evaluate } from './evaluate.ts';
import { callFrame, type Frame, type Value, type Viewpoint } from './frame.ts';
import { bindingOf } from './uniforms.ts';

/** Nested calls beyond this are not evaluated; real programs stay far below. */
const maxDepth = 16;

/** The value of a call: conversions, constructors, a few builtins, and functions that only return an expression. */
export function evaluateCall(
  call: FunctionCallExpression,
  view: Viewpoint,
  frame: Frame,
  assumed: Assumed,
): Value | null {
  const callee = call.function.kind === 'ref' ? call.function.ident : call.function.name;
  const { module } = frame.facts;
  const declaration = declarationOf(callee, module);
  if (declaration?.declElem?.kind === 'fn') {
    if (assumed.size > 0 || frame.depth >= maxDepth) return null;
    return evaluateBody(declaration.declElem, view, callFrame(declaration.declElem, call.arguments, frame));
  }
  const name = callee.originalName;
  if (name === 'arrayLength') return lengthOfArray(call, frame);
  const values = call.arguments.map((argument) => evaluate(argument, view, frame, assumed));
  if (values.some((value) => value === null)) return null;
  const known = values as Value[];
  const type = typeOf(call, module);
  const kind = elementKind(type);
  if (/^(f32|f16|i32|u32|bool)$/.test(name)) return convert(known[0] ?? 0, name);
  if (/^vec[234]/.test(name)) {
    const elements = known.flat().map((element) => convert(element, kind) as number | boolean);
    const lanes = lanesOf(type);
    if (elements.length === lanes) return elements;
    return elements.length <= 1 ? Array<number | boolean>(lanes).fill(elements[0] ?? 0) : null;
  }
  return elementwise(name, known, kind);
}

function convert(value: Value, kind: string | null): Value | null {
  if (typeof value === 'object') return null;
  if (kind === 'bool') return Boolean(value);
  return wrap(Number(value), kind);
}

/** A function is an expression if it does nothing before it returns but name values. */
function evaluateBody(fn: FnElem, view: Viewpoint, frame: Frame): Value | null {
  const last = fn.body.body.at(-1);
  if (last?.kind !== 'return' || !last.value) return null;
  const named = fn.body.body.slice(0, -1);
  if (!named.every((statement) => statement.kind === 'let' || statement.kind === 'const')) return null;
  return evaluate(last.value, view, frame);
}

function elementwise(name: string, values: readonly Value[], kind: string | null): Value | null {
  const vector = values.find((value) => typeof value === 'object');
  if (vector === undefined) return scalar(name, values as (number | boolean)[], kind);
  const result: (number | boolean)[] = [];
  for (let i = 0; i < (vector as readonly unknown[]).length; i++) {
    const lane = values.map((value) => (typeof value === 'object' ? value[i] : value));
    if (lane.some((element) => element === undefined)) return null;
    const element = scalar(name, lane as (number | boolean)[], kind);
    if (element === null) return null;
    result.push(element);
  }
  return result;
}

function scalar(
  name: string,
  values: readonly (number | boolean)[],
  kind: string | null,
): number | boolean | null {
  const [a, b, c] = values;
  if (name === 'select' && a !== undefined && b !== undefined) return c ? b : a;
  if (typeof a !== 'number') return null;
  const one: Readonly<Record<string, (value: number) => number>> = {
    abs: Math.abs,
    floor: Math.floor,
    ceil: Math.ceil,
    trunc: Math.trunc,
    sqrt: Math.sqrt,
    log2: Math.log2,
    exp2: (value) => 2 ** value,
  };
  const unary = Object.hasOwn(one, name) ? one[name] : undefined;
  if (unary && values.length === 1) return wrap(unary(a), kind);
  if (typeof b !== 'number') return null;
  if (name === 'min') return Math.min(a, b);
  if (name === 'max') return Math.max(a, b);
  if (name === 'clamp' && typeof c === 'number') return Math.min(Math.max(a, b), c);
  return null;
}

/** Elements of a runtime-sized array: what is left of its buffer after what precedes the array. */
function lengthOfArray(call: FunctionCallExpression, frame: Frame): number | null {
  const [pointer] = call.arguments;
  if (pointer?.kind !== 'unary-expression' || pointer.operator.value !== '&') return null;
  const type = typeOf(pointer.expression, frame.facts.module);
  const binding = bindingOf(pointer.expression, frame);
  const start = addressOf(pointer.expression, { lane: null, initial: false }, frame);
  if (type.kind !== 'array' || !binding || start === null) return null;
  const length = (binding.byteLength - start) / arrayStride(type.elem, frame.facts.module);
  return Number.isFinite(length) ? Math.floor(length) : null;
}
