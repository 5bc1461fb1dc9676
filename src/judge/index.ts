export { changePoints } from './change-points.ts';
export { detectableChange } from './detectable-change.ts';
export { expectedBlocks, spreadOf } from './expected-blocks.ts';
export { judge } from './judge.ts';
export { mostFlagBlocks } from './levels.ts';
export { networkName } from './networks.ts';
export { noiseFloorOf } from './noise-floor.ts';
export type { JudgeOptions } from './options.ts';
export { type OverallVerdict, overallVerdict } from './overall.ts';
export { attemptOf } from './pairs.ts';
export { type PlanOptions, planNext } from './plan.ts';
export { compareArms } from './ratio.ts';
export type {
  JudgePlan,
  Metric,
  Network,
  Ratio,
  Subject,
  SubjectJudgement,
} from './types.ts';
