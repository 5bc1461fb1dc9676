export * from './generated/index.ts';
export { nearestName } from './nearest.ts';
export type { SchemaFault, Validation } from './validate.ts';
