export type { CostModel, CostPrediction, CostRow } from './types.ts';
