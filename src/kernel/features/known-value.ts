import type { ExpressionElem } from '../wesl.ts';
import { valueCode } from './evaluate.ts';
import { entryFrame, everyone, startRun, unknownLaunch, type Value } from './run.ts';
import type { Scope } from './scope.ts';

/** What an expression is known to be for all invocations, `let`s included; null if it is not. */
export function knownValue(expression: ExpressionElem, scope: Scope): Value | null {
  return valueCode(expression, scope)(startRun(unknownLaunch, {}), entryFrame(), everyone);
}
