export { type ExplainedKernel, explain } from './explain.ts';
export { budgetParts } from './network-budget.ts';
export { networkSavings } from './network-savings.ts';
export { type ReplayRetuneOptions, retuneRecording } from './replay.ts';
export { retune } from './retune.ts';
export type { RetuneOptions } from './run.ts';
export { recordingsFolder } from './write-findings.ts';
