export {
  type ArtifactLabel,
  type ArtifactTask,
  artifactName,
  type UploadedArtifact,
  uploadArtifact,
} from './artifacts/artifact.ts';
export {
  type CollectedReport,
  type CollectedReports,
  type CollectFault,
  type CollectTask,
  collectReports,
  stateFile,
} from './artifacts/collect-reports.ts';
export { readZip, UnusableZipError, type ZipLimits } from './artifacts/zip.ts';
export { type BaseFetch, type BasePlan, baseOf } from './base.ts';
export { announce, type Outcome } from './outcome.ts';
export { annotate } from './publish/annotate.ts';
export {
  type CheckRunOutcome,
  type CheckRunTask,
  checkRunName,
  publishCheckRun,
  publishFailedCheckRun,
} from './publish/check-run.ts';
export { appendJobSummary, writeJobSummary } from './publish/job-summary.ts';
export { type CommentOutcome, type CommentTask, publishComment } from './publish/sticky-comment.ts';
export { type FoundPullRequest, findPullRequest } from './rest/find-pull-request.ts';
export { readPullRequestLabels } from './rest/pull-request-labels.ts';
export { createRestClient, type RestClient, type RestTask } from './rest/rest-client.ts';
export type { Waiting } from './rest/retry.ts';
export { type Commands, createCommands, type Place } from './run/commands.ts';
export { type Environment, type Runner, readRunner } from './run/environment.ts';
export type { MergeGroup, PullRequest, Push, WorkflowRun } from './run/event.ts';
export type { CacheChoice, Shard } from './run/input-values.ts';
export { type Inputs, inputDefaults, readInputs } from './run/inputs.ts';
export { type Outputs, outputsOf, setOutputs } from './run/outputs.ts';
export { type NewState, openStateCache, type StateCache, type StateCacheTask } from './state/cache.ts';
export type { StateSubject } from './state/key.ts';
export type { RestoredState, SavedState } from './state/store.ts';
