export { type ExplainedKernel, explain } from './explain.ts';
export { type ReplayRetuneOptions, retuneRecording } from './replay.ts';
export { type RetuneOptions, retune } from './retune.ts';
export { recordingsFolder } from './write-findings.ts';
