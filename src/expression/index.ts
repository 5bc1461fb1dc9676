export type { Expression, ExpressionType, ExpressionValue } from './types.ts';
