export type ExpressionType = 'int' | 'double' | 'bool' | 'string';
export type ExpressionValue = number | boolean | string;

/** A type-checked CEL expression. Integers are exact and come back as numbers. */
export interface Expression {
  readonly source: string;
  /** Variables the expression reads. */
  readonly names: readonly string[];
  readonly type: ExpressionType;
  /** @throws JoulegateError (bad-input) on division by zero, overflow beyond 2^53, or a missing variable. */
  evaluate(variables: Readonly<Record<string, ExpressionValue>>): ExpressionValue;
}
