import { JoulegateError } from '../errors/index.ts';
import type { ExpressionValue } from '../expression/index.ts';
import { failed, succeeded } from './failure.ts';
import type { Outcome } from './types.ts';

/** What expressions of the manifest may name, with its value. */
export type Variables = Readonly<Record<string, ExpressionValue>>;

/** Evaluates a count: a whole number from 1 up. */
export function evaluateCount(
  evaluate: (variables: Variables) => ExpressionValue,
  variables: Variables,
): Outcome<number> {
  const value = evaluateOrFail(evaluate, variables);
  if (!value.ok) return value;
  if (typeof value.value !== 'number' || !Number.isSafeInteger(value.value) || value.value < 1) {
    return failed('validation', `is ${value.value}; it must be a whole number, at least 1`);
  }
  return succeeded(value.value);
}

/** Evaluates; an expression that has no value fails, without its place. */
export function evaluateOrFail(
  evaluate: (variables: Variables) => ExpressionValue,
  variables: Variables,
): Outcome<ExpressionValue> {
  try {
    return succeeded(evaluate(variables));
  } catch (error) {
    // An expression that has no value here (a division by zero, say) costs this variant only.
    if (error instanceof JoulegateError) return failed('validation', `has no value: ${error.message}`);
    throw error;
  }
}
