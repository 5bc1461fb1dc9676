export * from './generated/index.ts';
export type { SchemaFault, Validation } from './validate.ts';
