import type { DeclIdent, ExpressionElem, WgslModule } from '../wesl.ts';
import { entryFrame, everyone, startRun, unknownLaunch, type Value } from './run.ts';
import { type Scope, Slots } from './scope.ts';
import { moduleScope } from './scopes.ts';

/** A scope to ask for values in, of a program without any numbers from outside. */
export function valueScope(module: WgslModule, assignments: ReadonlyMap<DeclIdent, number>): Scope {
  return moduleScope({
    module,
    timesAssigned: (declaration) => assignments.get(declaration) ?? 0,
    isNumber: () => false,
    fixedNumbers: {},
    slots: new Slots(),
    remember: (_owner, _parts, _scope, make) => make(),
    gather: (_owner, _whole, make) => make(),
    body: () => null,
  });
}

/** What an expression is known to be for all invocations, `let`s included; null if it is not. */
export function knownValue(expression: ExpressionElem, scope: Scope): Value | null {
  return scope.value(expression)(
    startRun(unknownLaunch, {}, () => null),
    entryFrame(),
    everyone,
  );
}
