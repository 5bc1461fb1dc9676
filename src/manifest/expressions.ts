import { JoulegateError } from '../errors/index.ts';
import {
  compileExpression,
  type Expression,
  type ExpressionType,
  type ExpressionValue,
} from '../expression/index.ts';
import type { Configuration } from '../space/index.ts';
import { isLimit } from './limits.ts';
import type { Place } from './place.ts';
import type { Workloads } from './workloads.ts';

/** What the expressions of one kernel may read. */
export type VariableTypes = Readonly<Record<string, ExpressionType>>;

/** Compiles what is written at a place; faults are reported there. null if it has any. */
export function compileAt(
  place: Place,
  written: string | number | boolean,
  expect: ExpressionType | readonly ExpressionType[],
  variables: VariableTypes,
): Expression | null {
  const compiled = compileExpression(String(written), { variables, expect });
  if (compiled.ok) return compiled.expression;
  const { offset, length, message, nextStep } = compiled;
  place.text(offset, length, { message, nextStep: nextStep ?? 'correct the expression' });
  return null;
}

/** A constant, for what the manifest leaves out. */
export function constantExpression(value: number): Expression {
  return { source: String(value), names: [], type: 'int', evaluate: () => value };
}

/**
 * Evaluates an expression at the default configuration for every workload, as far as it does not depend on the
 * device, and reports the first value that `fault` finds something wrong with.
 */
export function tryOut(options: {
  readonly expression: Expression;
  readonly place: Place;
  readonly workloads: Workloads;
  readonly defaults: Configuration;
  readonly fault: (value: ExpressionValue, workload: string) => string | null;
  readonly nextStep: string;
}): void {
  const { expression, place, workloads, defaults, fault, nextStep } = options;
  if (expression.names.some(isLimit)) return;
  for (const { workload } of workloads.items) {
    const variables: Record<string, ExpressionValue> = { ...workload.parameters, ...defaults };
    // A value that is missing, or has the wrong type, has been reported already.
    const isComplete = expression.names.every((name) => Object.hasOwn(variables, name));
    if (!isComplete) continue;
    try {
      const found = fault(expression.evaluate(variables), workload.name);
      if (found === null) continue;
      place.value({ message: found, nextStep });
      return;
    } catch (error) {
      if (!(error instanceof JoulegateError)) throw error;
      place.value({ message: `${error.message} (workload ${workload.name})`, nextStep });
      return;
    }
  }
}
