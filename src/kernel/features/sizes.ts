import { layoutOf, type TypeNumbers } from '../layout.ts';
import type { Type } from '../wesl.ts';
import type { NumberCode } from './run.ts';
import type { Scope } from './scope.ts';

/** Code for bytes that a type takes, or for another measure of it; a number where no configuration changes it. */
export function sizeCode(
  type: Type,
  scope: Scope,
  measure: (type: Type, numbers: TypeNumbers) => number = (one, numbers) => layoutOf(one, numbers).size,
): number | NumberCode {
  if (!dependsOnNumbers(type)) return measure(type, () => null);
  return (run) => measure(type, scope.typeNumbers(run));
}

function dependsOnNumbers(type: Type): boolean {
  return type.kind === 'array' || type.kind === 'struct';
}
