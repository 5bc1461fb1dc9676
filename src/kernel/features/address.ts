import { arrayStride, layoutOf, structMembers } from '../layout.ts';
import { declarationOf, type ExpressionElem, type Type, typeOf } from '../wesl.ts';
import { evaluate } from './evaluate.ts';
import type { Frame, Viewpoint } from './frame.ts';

/** Bytes from the start of its variable to what the expression names; null if unknown to `view`. */
export function addressOf(expression: ExpressionElem, view: Viewpoint, frame: Frame): number | null {
  const { module } = frame.facts;
  switch (expression.kind) {
    case 'parenthesized-expression':
      return addressOf(expression.expression, view, frame);
    case 'ref': {
      const type = typeOf(expression, module);
      return type.kind === 'ptr' ? pointedAt(expression, view, frame) : 0;
    }
    case 'unary-expression':
      return expression.operator.value === '*' ? pointedAt(expression.expression, view, frame) : null;
    case 'component-expression': {
      const base = addressOf(expression.base, view, frame);
      const index = evaluate(expression.access, view, frame);
      const stride = indexStride(pointee(typeOf(expression.base, module)), frame);
      if (base === null || typeof index !== 'number' || !Number.isFinite(stride)) return null;
      return base + index * stride;
    }
    case 'component-member-expression': {
      const base = addressOf(expression.base, view, frame);
      if (base === null) return null;
      const offset = memberOffset(pointee(typeOf(expression.base, module)), expression.access.name, frame);
      return Number.isFinite(offset) ? base + offset : null;
    }
    default:
      return null;
  }
}

/** The address a pointer holds, followed through `let`s and parameters to the `&` it comes from. */
function pointedAt(pointer: ExpressionElem, view: Viewpoint, frame: Frame): number | null {
  if (pointer.kind === 'parenthesized-expression') return pointedAt(pointer.expression, view, frame);
  if (pointer.kind === 'unary-expression' && pointer.operator.value === '&') {
    return addressOf(pointer.expression, view, frame);
  }
  if (pointer.kind !== 'ref') return null;
  const declaration = declarationOf(pointer.ident, frame.facts.module);
  if (!declaration) return null;
  const bound = frame.parameters.get(declaration);
  if (bound) return pointedAt(bound.expression, view, bound.frame);
  const element = declaration.declElem;
  return element?.kind === 'let' && element.init ? pointedAt(element.init, view, frame) : null;
}

function pointee(type: Type): Type {
  return type.kind === 'ptr' ? type.elem : type;
}

function indexStride(base: Type, frame: Frame): number {
  const { module } = frame.facts;
  if (base.kind === 'array') return arrayStride(base.elem, module);
  if (base.kind === 'vector') return layoutOf(base.elem, module).size;
  if (base.kind === 'matrix') return layoutOf(base, module).size / base.cols;
  return Number.NaN;
}

function memberOffset(base: Type, name: string, frame: Frame): number {
  const { module } = frame.facts;
  if (base.kind === 'vector')
    return ('xyzwrgba'.indexOf(name[0] ?? '') % 4) * layoutOf(base.elem, module).size;
  if (base.kind !== 'struct') return Number.NaN;
  return structMembers(base, module).find((member) => member.name === name)?.offset ?? Number.NaN;
}
