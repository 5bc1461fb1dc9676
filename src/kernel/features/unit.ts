import type { FnElem, GlobalVarElem } from '../wesl.ts';
import type { NumberCode } from './run.ts';

/** A part of a program's code, and what the part reaches. */
export interface Unit {
  readonly value: unknown;
  readonly variables: readonly GlobalVarElem[];
  readonly functions: readonly FnElem[];
  readonly privateSizes: readonly NumberCode[];
}
