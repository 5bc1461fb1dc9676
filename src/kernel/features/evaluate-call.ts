import { arrayStride } from '../layout.ts';
import {
  declarationOf,
  type ExpressionElem,
  type FnElem,
  type FunctionCallExpression,
  live,
  typeOf,
} from '../wesl.ts';
import { addressCode, pointedAtCode } from './address.ts';
import { elementKind, lanesOf, wrap } from './arithmetic.ts';
import { type Argument, callFrame, everyone, type Value, type ValueCode } from './run.ts';
import type { Scope } from './scope.ts';
import { sizeCode } from './sizes.ts';
import { bindingCode } from './uniforms.ts';

/** Nested calls beyond this are not evaluated; real programs stay far below. */
const maxDepth = 16;

const unknown: ValueCode = () => null;

/** Code for the value of a call: conversions, constructors, a few builtins, functions that only return an expression. */
export function callCode(call: FunctionCallExpression, scope: Scope): ValueCode {
  const callee = call.function.kind === 'ref' ? call.function.ident : call.function.name;
  const { module } = scope.program;
  const declaration = declarationOf(callee, module);
  if (declaration?.declElem?.kind === 'fn') return functionCode(declaration.declElem, call, scope);
  const name = callee.originalName;
  if (name === 'arrayLength') return lengthCode(call, scope);
  const codes = call.arguments.map((argument) => scope.value(argument));
  const type = typeOf(call, module);
  const kind = elementKind(type);
  const combine = combination(name, kind, lanesOf(type));
  return (run, frame, view) => {
    const values: Value[] = [];
    // All are asked, even if one is unknown: they may read their lane.
    for (const code of codes) {
      const value = code(run, frame, view);
      if (value !== null) values.push(value);
    }
    return values.length === codes.length ? combine(values) : null;
  };
}

/** Code for a value, made when it is first asked: most values never are. */
function lazyValueCode(expression: ExpressionElem, scope: Scope): ValueCode {
  let code: ValueCode | null = null;
  return (run, frame, view) => {
    code ??= scope.value(expression);
    return code(run, frame, view);
  };
}

/** What a call gives to a function: what its parameters stand for, and room for its declarations. */
export interface Passed {
  readonly arguments: readonly Argument[];
  readonly room: { readonly used: number };
}

/** What a call gives to the function that it calls. */
export function argumentsOf(fn: FnElem, call: FunctionCallExpression, scope: Scope): Passed {
  const passed = call.arguments.map((argument) => {
    // Most are never asked for, so each makes its code when it is.
    const one: Argument = {
      value: (run, frame, view) => {
        one.value = scope.value(argument);
        return one.value(run, frame, view);
      },
      pointedAt: (run, frame, view) => {
        one.pointedAt = pointedAtCode(argument, scope);
        return one.pointedAt(run, frame, view);
      },
    };
    return one;
  });
  return { arguments: passed, room: scope.program.slots.room(fn) };
}

function combination(
  name: string,
  kind: string | null,
  lanes: number,
): (values: readonly Value[]) => Value | null {
  if (/^(f32|f16|i32|u32|bool)$/.test(name)) return ([value]) => convert(value ?? 0, name);
  if (!/^vec[234]/.test(name)) return (values) => elementwise(name, values, kind);
  return (values) => {
    const elements = values.flat().map((element) => convert(element, kind) as number | boolean);
    if (elements.length === lanes) return elements;
    return elements.length <= 1 ? Array<number | boolean>(lanes).fill(elements[0] ?? 0) : null;
  };
}

function convert(value: Value, kind: string | null): Value | null {
  if (typeof value === 'object') return null;
  if (kind === 'bool') return Boolean(value);
  return wrap(Number(value), kind);
}

/** A function is an expression if it does nothing before it returns but name values. */
function functionCode(fn: FnElem, call: FunctionCallExpression, scope: Scope): ValueCode {
  const body = live(fn.body.body, scope.program.module);
  const last = body.at(-1);
  const asked = call.arguments.map((argument) => lazyValueCode(argument, scope));
  const unknown: ValueCode = (run, frame, view) => {
    for (const code of asked) code(run, frame, view);
    return null;
  };
  if (last?.kind !== 'return' || !last.value) return unknown;
  const named = body.slice(0, -1);
  if (!named.every((statement) => statement.kind === 'let' || statement.kind === 'const')) return unknown;
  const passed = argumentsOf(fn, call, scope);
  const value = lazyValueCode(last.value, scope.of(fn));
  return (run, frame, view) =>
    run.assumed !== null || frame.depth >= maxDepth
      ? null
      : value(run, callFrame(passed.arguments, frame, passed.room.used), view);
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

const unaryFunctions: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  sqrt: Math.sqrt,
  log2: Math.log2,
  exp2: (value) => 2 ** value,
};

function scalar(
  name: string,
  values: readonly (number | boolean)[],
  kind: string | null,
): number | boolean | null {
  const [a, b, c] = values;
  if (name === 'select' && a !== undefined && b !== undefined) return c ? b : a;
  if (typeof a !== 'number') return null;
  const unary = Object.hasOwn(unaryFunctions, name) ? unaryFunctions[name] : undefined;
  if (unary && values.length === 1) return wrap(unary(a), kind);
  if (typeof b !== 'number') return null;
  if (name === 'min') return Math.min(a, b);
  if (name === 'max') return Math.max(a, b);
  if (name === 'clamp' && typeof c === 'number') return Math.min(Math.max(a, b), c);
  return null;
}

/** Elements of a runtime-sized array: what is left of its buffer after what precedes the array. */
function lengthCode(call: FunctionCallExpression, scope: Scope): ValueCode {
  const [pointer] = call.arguments;
  if (pointer?.kind !== 'unary-expression' || pointer.operator.value !== '&') return unknown;
  const type = typeOf(pointer.expression, scope.program.module);
  const binding = bindingCode(pointer.expression, scope);
  if (type.kind !== 'array' || binding === null) return unknown;
  const address = addressCode(pointer.expression, scope);
  const stride = sizeCode(type.elem, scope, arrayStride);
  return (run, frame) => {
    const buffer = binding(run);
    if (!buffer) return null;
    const bytes = typeof stride === 'number' ? stride : stride(run);
    const length = (buffer.byteLength - address(run, frame, everyone)) / bytes;
    return Number.isFinite(length) ? Math.floor(length) : null;
  };
}
