export { isReservedName } from './cel.ts';
export { compileExpression, type ExpressionContext } from './compile-expression.ts';
export { expressionFormula, type Formula } from './formula.ts';
export type {
  CompiledExpression,
  Expression,
  ExpressionFault,
  ExpressionType,
  ExpressionValue,
  ExpressionVariables,
} from './types.ts';
