import type { ExpressionElem } from '../wesl.ts';
import { constancy, constantCode } from './constants.ts';
import { adding, perform, sequence, stepping } from './count-code.ts';
import type { CountCode } from './run.ts';
import type { Scope } from './scope.ts';

/** Whether division by a number is a shift, and its remainder a mask. */
function isPowerOfTwo(divisor: number): boolean {
  return Number.isInteger(divisor) && divisor > 0 && Number.isInteger(Math.log2(divisor));
}

/**
 * Code for integer divisions or remainders. A divisor that a compiler knows is not divided by: a power of two becomes a shift or a
 * mask, any other number a multiplication and a shift.
 */
export function integerDivisionCode(divisor: ExpressionElem, lanes: number, scope: Scope): CountCode | null {
  const divided = adding('intDiv', lanes);
  const known = constancy(divisor, scope);
  if (known === false) return divided;
  const shifted = adding('intAdd', lanes);
  const multiplied = sequence([adding('intMul', lanes), shifted]);
  const value = constantCode(divisor, scope);
  return stepping((run, frame, tally, times) => {
    const isKnown = known === true || known(run);
    const code = !isKnown ? divided : isPowerOfTwo(value(run)) ? shifted : multiplied;
    if (code !== null) perform(code, run, frame, tally, times);
  });
}
