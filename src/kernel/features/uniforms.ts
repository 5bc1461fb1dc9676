import { layoutOf } from '../layout.ts';
import type { BufferBinding } from '../types.ts';
import { constantNumber, type ExpressionElem, typeOf } from '../wesl.ts';
import { addressOf } from './address.ts';
import { elementKind, lanesOf, wrap } from './arithmetic.ts';
import { rootDeclaration } from './assignments.ts';
import type { Frame, Value, Viewpoint } from './frame.ts';

/** The buffer behind a module-scope variable that an expression starts from. */
export function bindingOf(expression: ExpressionElem, frame: Frame): BufferBinding | undefined {
  const { module, program } = frame.facts;
  const element = rootDeclaration(expression, module)?.declElem;
  if (element?.kind !== 'gvar') return undefined;
  const slot = { group: Number.NaN, binding: Number.NaN };
  for (const { attribute } of element.attributes ?? []) {
    if (attribute.kind !== '@attribute') continue;
    if (attribute.name !== 'group' && attribute.name !== 'binding') continue;
    const parameter = attribute.params?.[0];
    slot[attribute.name] = (parameter && constantNumber(parameter.expression, module)) ?? Number.NaN;
  }
  return program.buffers.find((buffer) => buffer.group === slot.group && buffer.binding === slot.binding);
}

/** What a scalar or vector of a uniform buffer holds; null for anything else. */
export function uniformValue(expression: ExpressionElem, view: Viewpoint, frame: Frame): Value | null {
  const buffer = bindingOf(expression, frame);
  if (buffer?.kind !== 'uniform' || buffer.values === null || buffer.type === 'f16') return null;
  const type = typeOf(expression, frame.facts.module);
  const kind = elementKind(type);
  const address = addressOf(expression, view, frame);
  if (address === null || (type.kind !== 'scalar' && type.kind !== 'vector')) return null;
  if (layoutOf(type, frame.facts.module).size !== 4 * lanesOf(type)) return null;
  // A structure may mix types, but then the bits differ from the values and nothing is known.
  if (kind !== buffer.type) return null;
  const first = address / 4;
  const values = buffer.values.slice(first, first + lanesOf(type)).map((value) => wrap(value, kind));
  if (values.length < lanesOf(type)) return null;
  return type.kind === 'scalar' ? (values[0] ?? null) : values;
}
