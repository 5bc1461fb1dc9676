export * from './generated/index.ts';
export { guideAt, type PlaceGuide, type SchemaGuide } from './guide.ts';
export { nearestName } from './nearest.ts';
export type { SchemaFault, Validation } from './validate.ts';
