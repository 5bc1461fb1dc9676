import { arrayStride } from '../layout.ts';
import {
  declarationOf,
  type ExpressionElem,
  type FnElem,
  type FunctionCallExpression,
  live,
  typeOf,
  type WgslModule,
} from '../wesl.ts';
import { addressCode, pointedAtCode } from './address.ts';
import { elementKind, lanesOf, wrap } from './arithmetic.ts';
import { type Argument, callFrame, everyone, type Passed, type Value, type ValueCode } from './run.ts';
import { scalarFunction } from './scalar-functions.ts';
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
  const combine = combination(
    name === 'bitcast' && movesBits(call, kind, module) ? (kind as string) : name,
    kind,
    lanesOf(type),
  );
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

/** Whether a call does to integers what a conversion does. */
function movesBits(call: FunctionCallExpression, kind: string | null, module: WgslModule): boolean {
  const [argument] = call.arguments;
  if (!argument) return false;
  const from = elementKind(typeOf(argument, module));
  return [from, kind].every((one) => one === 'u32' || one === 'i32') && lanesOf(typeOf(call, module)) === 1;
}

/** Code for a value, made when it is first asked: most values never are. */
function lazyValueCode(expression: ExpressionElem, scope: Scope): ValueCode {
  let code: ValueCode | null = null;
  return (run, frame, view) => {
    code ??= scope.value(expression);
    return code(run, frame, view);
  };
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
  return { call, arguments: passed, room: scope.program.slots.room(fn) };
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

/** Code for what a function returns. Where it is not followed it has to do nothing before it returns but name values. */
function functionCode(fn: FnElem, call: FunctionCallExpression, scope: Scope): ValueCode {
  const passed = argumentsOf(fn, call, scope);
  const simple = returnedCode(fn, call, scope);
  return (run, frame, view) => {
    const { follower } = run;
    if (frame.depth >= maxDepth) return null;
    if (follower !== null && frame.held?.follows) return follower.call(fn, passed, frame);
    return simple(run, frame, view, passed);
  };
}

/** Code for the value of a function that is an expression; unknown for others, once the arguments were asked for. */
function returnedCode(
  fn: FnElem,
  call: FunctionCallExpression,
  scope: Scope,
): (...at: [...Parameters<ValueCode>, passed: Passed]) => Value | null {
  const body = live(fn.body.body, scope.program.module);
  const last = body.at(-1);
  const named = body.slice(0, -1);
  const isExpression = named.every((statement) => statement.kind === 'let' || statement.kind === 'const');
  if (last?.kind === 'return' && last.value && isExpression) {
    const value = lazyValueCode(last.value, scope.of(fn));
    return (run, frame, view, passed) => value(run, callFrame(passed, frame), view);
  }
  const asked = call.arguments.map((argument) => lazyValueCode(argument, scope));
  return (run, frame, view) => {
    for (const code of asked) code(run, frame, view);
    return null;
  };
}

function elementwise(name: string, values: readonly Value[], kind: string | null): Value | null {
  const vector = values.find((value) => typeof value === 'object');
  if (vector === undefined) return scalarFunction(name, values as (number | boolean)[], kind);
  const result: (number | boolean)[] = [];
  for (let i = 0; i < (vector as readonly unknown[]).length; i++) {
    const lane = values.map((value) => (typeof value === 'object' ? value[i] : value));
    if (lane.some((element) => element === undefined)) return null;
    const element = scalarFunction(name, lane as (number | boolean)[], kind);
    if (element === null) return null;
    result.push(element);
  }
  return result;
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
