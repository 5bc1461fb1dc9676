import { layoutOf } from '../layout.ts';
import type { BufferBinding } from '../types.ts';
import { type ExpressionElem, typeOf } from '../wesl.ts';
import { addressCode } from './address.ts';
import { elementKind, lanesOf, wrap } from './arithmetic.ts';
import { rootDeclaration } from './assignments.ts';
import { constantCode } from './constants.ts';
import type { NumberCode, Run, ValueCode } from './run.ts';
import type { Scope } from './scope.ts';

/** Code for the buffer behind a module-scope variable that an expression starts from; null if there is none. */
export function bindingCode(
  expression: ExpressionElem,
  scope: Scope,
): ((run: Run) => BufferBinding | undefined) | null {
  const element = rootDeclaration(expression, scope.program.module)?.declElem;
  if (element?.kind !== 'gvar') return null;
  const slot: Record<'group' | 'binding', NumberCode> = {
    group: () => Number.NaN,
    binding: () => Number.NaN,
  };
  for (const { attribute } of element.attributes ?? []) {
    if (attribute.kind !== '@attribute') continue;
    if (attribute.name !== 'group' && attribute.name !== 'binding') continue;
    const parameter = attribute.params?.[0];
    if (parameter) slot[attribute.name] = constantCode(parameter.expression, scope);
  }
  return (run) => {
    const group = slot.group(run);
    const binding = slot.binding(run);
    return run.launch.buffers.find((buffer) => buffer.group === group && buffer.binding === binding);
  };
}

/** Code for what a scalar or vector of a uniform buffer holds; null for what can be no such thing. */
export function uniformCode(expression: ExpressionElem, scope: Scope): ValueCode | null {
  const element = rootDeclaration(expression, scope.program.module)?.declElem;
  if (element?.kind !== 'gvar' || element.template?.[0]?.name !== 'uniform') return null;
  const binding = bindingCode(expression, scope);
  const type = typeOf(expression, scope.program.module);
  const kind = elementKind(type);
  if (binding === null || (type.kind !== 'scalar' && type.kind !== 'vector')) return null;
  const lanes = lanesOf(type);
  if (layoutOf(type, () => null).size !== 4 * lanes) return null;
  const address = addressCode(expression, scope);
  return (run, frame, view) => {
    const buffer = binding(run);
    if (buffer?.kind !== 'uniform') return null;
    const first = address(run, frame, view);
    if (Number.isNaN(first)) return null;
    const values: number[] = [];
    for (let lane = 0; lane < lanes; lane++) {
      const value = valueAt(buffer, first + 4 * lane, kind);
      if (value === null) return null;
      values.push(wrap(value, kind));
    }
    return type.kind === 'scalar' ? (values[0] ?? null) : values;
  };
}

/** What stands at an offset in bytes; null where the bits are of another type, and nothing is known. */
function valueAt({ values, slots, type }: BufferBinding, offset: number, kind: string | null): number | null {
  if (slots === undefined) return type === kind && type !== 'f16' ? (values?.[offset / 4] ?? null) : null;
  const index = slots.findIndex((slot) => slot.offsetBytes === offset && slot.type === kind);
  return values?.[index] ?? null;
}
