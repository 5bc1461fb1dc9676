export type { KeptAttempt } from './attempts.ts';
export { type GuardOptions, guard, suggestionFile } from './guard.ts';
export { overallOf } from './report.ts';
export { isSameCommit, sameCommitReason } from './same-commit.ts';
