import { constantValue, type DeclIdent, declarationOf, type ExpressionElem, live, typeOf } from '../wesl.ts';
import { applyBinary, applyUnary, elementKind, scalarOperator, swizzle, wrap } from './arithmetic.ts';
import { builtinInput } from './builtin-inputs.ts';
import { callCode } from './evaluate-call.ts';
import {
  begin,
  type HeldValue,
  keep,
  placesEach,
  type Run,
  recall,
  sampledPlace,
  type Value,
  type ValueCode,
} from './run.ts';
import type { Scope } from './scope.ts';
import { uniformCode } from './uniforms.ts';

const unknown: ValueCode = () => null;

function read({ value, differs }: HeldValue, run: Run): Value | null {
  if (differs) run.laneReads++;
  return value;
}

/** What a loop's variable holds in the turn that is looked at. */
function sampledVariable(declaration: DeclIdent, run: Run): Value | null {
  const { loops, turns, reads } = run.sample;
  const depth = loops.findLastIndex(({ variable }) => variable === declaration);
  const loop = loops[depth];
  if (loop === undefined) return null;
  reads.add(declaration);
  return loop.valueIn(run, loop.frame, turns[depth] ?? 0);
}

/**
 * Makes code for the value of an expression; `Scope.value` has what was made before.
 *
 * Beyond the language's constant expressions it knows `let`s, variables that never change, uniform values, buffer
 * lengths, launch sizes and, for a lane, its ids.
 */
export function valueCode(expression: ExpressionElem, scope: Scope): ValueCode {
  const { module } = scope.program;
  switch (expression.kind) {
    case 'literal': {
      const value = constantValue(expression, module);
      return () => value;
    }
    case 'parenthesized-expression':
      return scope.value(expression.expression);
    case 'ref': {
      const declaration = declarationOf(expression.ident, module);
      if (!declaration) return unknown;
      const code = declarationCode(declaration, expression, scope);
      if (declaration.declElem?.kind !== 'gvar') return code;
      return (run, frame, view) => {
        const held = frame.held?.values.get(declaration);
        return held === undefined ? code(run, frame, view) : read(held, run);
      };
    }
    case 'unary-expression': {
      const operator = expression.operator.value;
      if (operator === '&' || operator === '*') return unknown;
      const inner = scope.value(expression.expression);
      const kind = elementKind(typeOf(expression, module));
      return (run, frame, view) => {
        const operand = inner(run, frame, view);
        return operand === null ? null : applyUnary(operator, operand, kind);
      };
    }
    case 'binary-expression':
      return binaryCode(expression, scope);
    case 'component-expression': {
      const base = scope.value(expression.base);
      const access = scope.value(expression.access);
      const uniform = uniformCode(expression, scope);
      return (run, frame, view) => {
        const whole = base(run, frame, view);
        const index = access(run, frame, view);
        if (typeof whole === 'object' && typeof index === 'number') return whole?.[index] ?? null;
        return uniform === null ? null : uniform(run, frame, view);
      };
    }
    case 'component-member-expression': {
      const base = scope.value(expression.base);
      const { name } = expression.access;
      const uniform = uniformCode(expression, scope);
      const input =
        expression.base.kind === 'ref'
          ? builtinInput(declarationOf(expression.base.ident, module), name, scope)
          : null;
      return (run, frame, view) => {
        const whole = base(run, frame, view);
        if (whole !== null && typeof whole === 'object') return swizzle(whole, name);
        return uniform?.(run, frame, view) ?? input?.(run, frame, view) ?? null;
      };
    }
    case 'call-expression':
      return callCode(expression, scope);
    default:
      return unknown;
  }
}

function binaryCode(
  expression: Extract<ExpressionElem, { kind: 'binary-expression' }>,
  scope: Scope,
): ValueCode {
  const operator = expression.operator.value;
  const kind = elementKind(typeOf(expression, scope.program.module));
  const scalar = scalarOperator(operator, kind);
  const leftCode = scope.value(expression.left);
  const rightCode = scope.value(expression.right);
  if (operator === '&&' || operator === '||') {
    const decided = operator === '||';
    return (run, frame, view) => {
      const left = leftCode(run, frame, view);
      if (left === decided) return decided;
      const right = rightCode(run, frame, view);
      return left === null || right === null ? null : applyBinary(scalar, left, right);
    };
  }
  return (run, frame, view) => {
    const left = leftCode(run, frame, view);
    // Asked even if the left side is unknown: it may read its lane.
    const right = rightCode(run, frame, view);
    if (left === null || right === null) return null;
    if (typeof left === 'number' && typeof right === 'number') return scalar(left, right);
    return applyBinary(scalar, left, right);
  };
}

function declarationCode(declaration: DeclIdent, reference: ExpressionElem, scope: Scope): ValueCode {
  const { module, isNumber, fixedNumbers, slots } = scope.program;
  const element = declaration.declElem;
  switch (element?.kind) {
    case 'param': {
      const index = live(scope.fn?.params ?? [], module).findIndex(
        (parameter) => parameter.name.decl.ident === declaration,
      );
      const input = builtinInput(declaration, null, scope);
      const slot = placesEach * slots.of(declaration, scope.fn ?? scope);
      return (run, frame, view) => {
        if (frame.arguments === null || frame.caller === null) return input(run, frame, view);
        const { memory } = frame;
        const remembered = recall(run, memory, slot, view);
        if (remembered !== undefined) return remembered;
        const readsBefore = run.laneReads;
        const passed = frame.arguments[index];
        if (passed === undefined) return input(run, frame, view);
        const value = passed.value(run, frame.caller, view);
        keep(run, memory, slot, view, value, readsBefore);
        return value;
      };
    }
    case 'gvar':
      return uniformCode(reference, scope) ?? unknown;
    case 'const': {
      const name = declaration.originalName;
      if (!isNumber(declaration)) break;
      if (Object.hasOwn(fixedNumbers, name)) {
        const fixed = fixedNumbers[name];
        const value = typeof fixed === 'string' || fixed === undefined ? null : fixed;
        return () => value;
      }
      const slot = slots.of(declaration, slots);
      return (run) => {
        const known = run.constants[slot];
        if (known !== undefined) return known;
        const number = run.numbers[name];
        const value = typeof number === 'number' || typeof number === 'boolean' ? number : null;
        run.constants[slot] = value;
        return value;
      };
    }
    case 'var':
      break;
    case 'let':
      break;
    default:
      return unknown;
  }
  const changes = element.kind === 'var' && scope.program.timesAssigned(declaration, scope.fn) > 0;
  const kind = elementKind(typeOf(reference, module));
  const { init } = element;
  let initial: ValueCode | null = init ? null : () => (kind === null ? null : 0);
  // Most values are never asked for.
  const made = (): ValueCode => {
    initial = scope.value(init as ExpressionElem);
    return initial;
  };
  const held: ValueCode = (run, frame, view) => {
    const value = (initial ?? made())(run, frame, view);
    return typeof value === 'number' ? wrap(value, kind) : value;
  };
  if (declaration.isGlobal) {
    const slot = slots.of(declaration, slots);
    return (run, frame, view) => {
      const known = run.constants[slot];
      if (known !== undefined) return known;
      // Guards against declarations that depend on themselves in erroneous programs.
      run.constants[slot] = null;
      const value = held(run, frame, view);
      run.constants[slot] = value;
      return value;
    };
  }
  const slot = placesEach * slots.of(declaration, scope.fn ?? scope);
  return (run, frame, view) => {
    if (frame.held !== null) {
      // What holds at a point of the program must not be remembered beyond it.
      const known = frame.held.values.get(declaration);
      if (known !== undefined) return read(known, run);
      return changes && !view.initial ? null : held(run, frame, view);
    }
    if (changes && !view.initial) return view === sampledPlace ? sampledVariable(declaration, run) : null;
    const { memory } = frame;
    const remembered = recall(run, memory, slot, view);
    if (remembered !== undefined) return remembered;
    const readsBefore = run.laneReads;
    begin(run, memory, slot, view);
    const value = held(run, frame, view);
    keep(run, memory, slot, view, value, readsBefore);
    return value;
  };
}
