export { annotate } from './annotate.ts';
export {
  type ArtifactLabel,
  type ArtifactTask,
  artifactName,
  type UploadedArtifact,
  uploadArtifact,
} from './artifact.ts';
export { type BaseFetch, type BasePlan, baseOf } from './base.ts';
export {
  type CheckRunOutcome,
  type CheckRunTask,
  checkRunName,
  publishCheckRun,
  publishFailedCheckRun,
} from './check-run.ts';
export {
  type CollectedReport,
  type CollectedReports,
  type CollectFault,
  type CollectTask,
  collectReports,
  stateFile,
} from './collect-reports.ts';
export { type Commands, createCommands, type Place } from './commands.ts';
export { type Environment, type Runner, readRunner } from './environment.ts';
export type { MergeGroup, PullRequest, Push, WorkflowRun } from './event.ts';
export { type FoundPullRequest, findPullRequest } from './find-pull-request.ts';
export type { CacheChoice, FailingVerdict, Shard } from './input-values.ts';
export { type Inputs, inputDefaults, readInputs } from './inputs.ts';
export { appendJobSummary, writeJobSummary } from './job-summary.ts';
export { announce, type Outcome } from './outcome.ts';
export { type Outputs, outputsOf, setOutputs } from './outputs.ts';
export { readPullRequestLabels } from './pull-request-labels.ts';
export { createRestClient, type RestClient, type RestTask } from './rest-client.ts';
export type { Waiting } from './retry.ts';
export { type NewState, openStateCache, type StateCache, type StateCacheTask } from './state-cache.ts';
export type { StateSubject } from './state-key.ts';
export type { RestoredState, SavedState } from './state-store.ts';
export { type CommentOutcome, type CommentTask, publishComment } from './sticky-comment.ts';
export { readZip, UnusableZipError, type ZipLimits } from './zip.ts';
