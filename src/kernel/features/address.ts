import { arrayStride, layoutOf, structMembers } from '../layout.ts';
import { declarationOf, type ExpressionElem, live, type Type, typeOf } from '../wesl.ts';
import type { AddressCode, NumberCode } from './run.ts';
import type { Scope } from './scope.ts';
import { sizeCode } from './sizes.ts';

const unknown: AddressCode = () => Number.NaN;

/** Code for the bytes from the start of its variable to what the expression names. */
export function addressCode(expression: ExpressionElem, scope: Scope): AddressCode {
  const { module } = scope.program;
  switch (expression.kind) {
    case 'parenthesized-expression':
      return addressCode(expression.expression, scope);
    case 'ref':
      return typeOf(expression, module).kind === 'ptr' ? pointedAtCode(expression, scope) : () => 0;
    case 'unary-expression':
      return expression.operator.value === '*' ? pointedAtCode(expression.expression, scope) : unknown;
    case 'component-expression': {
      const base = addressCode(expression.base, scope);
      const index = scope.value(expression.access);
      const stride = strideCode(pointee(typeOf(expression.base, module)), scope);
      return (run, frame, view) => {
        const start = base(run, frame, view);
        const at = index(run, frame, view);
        const bytes = typeof stride === 'number' ? stride : stride(run);
        return typeof at === 'number' && Number.isFinite(bytes) ? start + at * bytes : Number.NaN;
      };
    }
    case 'component-member-expression': {
      const base = addressCode(expression.base, scope);
      const offset = memberCode(pointee(typeOf(expression.base, module)), expression.access.name, scope);
      return (run, frame, view) =>
        base(run, frame, view) + (typeof offset === 'number' ? offset : offset(run));
    }
    default:
      return unknown;
  }
}

/** Code for the address a pointer holds, followed through `let`s and parameters to the `&` it comes from. */
export function pointedAtCode(pointer: ExpressionElem, scope: Scope): AddressCode {
  if (pointer.kind === 'parenthesized-expression') return pointedAtCode(pointer.expression, scope);
  if (pointer.kind === 'unary-expression' && pointer.operator.value === '&') {
    return addressCode(pointer.expression, scope);
  }
  if (pointer.kind !== 'ref') return unknown;
  const { module } = scope.program;
  const declaration = declarationOf(pointer.ident, module);
  const element = declaration?.declElem;
  if (element?.kind === 'let') return element.init ? pointedAtCode(element.init, scope) : unknown;
  if (element?.kind !== 'param') return unknown;
  const index = live(scope.fn?.params ?? [], module).findIndex(
    (parameter) => parameter.name.decl.ident === declaration,
  );
  return (run, frame, view) => {
    const passed = frame.arguments?.[index];
    if (passed === undefined || frame.caller === null) return Number.NaN;
    return passed.pointedAt(run, frame.caller, view);
  };
}

function pointee(type: Type): Type {
  return type.kind === 'ptr' ? type.elem : type;
}

function strideCode(base: Type, scope: Scope): number | NumberCode {
  if (base.kind === 'array') return sizeCode(base.elem, scope, arrayStride);
  if (base.kind === 'vector') return layoutOf(base.elem, () => null).size;
  if (base.kind === 'matrix') return layoutOf(base, () => null).size / base.cols;
  return Number.NaN;
}

function memberCode(base: Type, name: string, scope: Scope): number | NumberCode {
  if (base.kind === 'vector') {
    return ('xyzwrgba'.indexOf(name[0] ?? '') % 4) * layoutOf(base.elem, () => null).size;
  }
  if (base.kind !== 'struct') return Number.NaN;
  return sizeCode(
    base,
    scope,
    (_type, numbers) =>
      structMembers(base, numbers).find((member) => member.name === name)?.offset ?? Number.NaN,
  );
}
