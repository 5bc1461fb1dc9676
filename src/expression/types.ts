export type ExpressionType = 'int' | 'double' | 'bool' | 'string';
export type ExpressionValue = number | boolean | string;

/** Values by variable name. */
export type ExpressionVariables = Readonly<Record<string, ExpressionValue>>;

/** A type-checked CEL expression. Integers are exact and come back as numbers. */
export interface Expression {
  readonly source: string;
  /** Variables the expression reads. */
  readonly names: readonly string[];
  readonly type: ExpressionType;
  /** @throws JoulegateError (bad-input) on division by zero, overflow beyond 2^53, or a missing variable. */
  evaluate(variables: ExpressionVariables): ExpressionValue;
}

/** What is wrong with an expression's text. */
export interface ExpressionFault {
  /** One line, without the place. */
  readonly message: string;
  /** 0-based index into the source, in UTF-16 units; the source's length if it ends too early. */
  readonly offset: number;
  /** How much of the source is concerned, at least 1. */
  readonly length: number;
  readonly nextStep: string | null;
}

export type CompiledExpression =
  | { readonly ok: true; readonly expression: Expression }
  | ({ readonly ok: false } & ExpressionFault);
