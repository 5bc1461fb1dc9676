export { diff } from './diff/index.ts';
export { guard } from './guard.ts';
export { inferenceCosts, partFigures } from './inference-cost.ts';
export type { GuardMemory } from './memory.ts';
export { leftOut } from './network-report.ts';
export { overallOf } from './report.ts';
export type { BaseCommit } from './revisions.ts';
export { isSameCommit, sameCommitReason } from './same-commit.ts';
export { suggestionFile } from './whole-report.ts';
