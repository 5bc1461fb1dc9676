export { isReservedName } from './cel.ts';
export { compileExpression } from './compile-expression.ts';
export { expressionFormula } from './formula.ts';
export type {
  Expression,
  ExpressionType,
  ExpressionValue,
} from './types.ts';
