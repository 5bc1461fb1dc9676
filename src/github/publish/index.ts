export { annotate } from './annotate.ts';
export {
  checkRunName,
  publishCheckRun,
  publishFailedCheckRun,
} from './check-run.ts';
export { appendJobSummary, writeJobSummary } from './job-summary.ts';
export { type CommentOutcome, type CommentTask, publishComment } from './sticky-comment.ts';
