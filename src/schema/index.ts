export * from './generated/index.ts';
export { guideAt } from './guide.ts';
export { nearestName } from './nearest.ts';
export { maxFaults, type SchemaFault, type Validation } from './validate.ts';
