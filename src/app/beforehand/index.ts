export type { NetworkSummary } from './networks.ts';
export { type Plan, plan } from './plan.ts';
export { type TryResult, tryKernel } from './try.ts';
export { type Validation, validate } from './validate.ts';
