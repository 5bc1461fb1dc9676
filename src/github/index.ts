export {
  artifactName,
  type CollectedReport,
  type CollectFault,
  collectReports,
  notMeasured,
  readZip,
  stateFile,
  UnusableZipError,
  uploadArtifact,
} from './artifacts/index.ts';
export { type BasePlan, baseOf, refsOf } from './base.ts';
export { announce } from './outcome.ts';
export {
  annotate,
  appendJobSummary,
  type CommentOutcome,
  type CommentTask,
  checkRunName,
  publishCheckRun,
  publishComment,
  publishFailedCheckRun,
  writeJobSummary,
} from './publish/index.ts';
export {
  createRestClient,
  findPullRequest,
  type RestClient,
  readPullRequest,
  readPullRequestLabels,
} from './rest/index.ts';
export {
  type Commands,
  createCommands,
  type Inputs,
  inputDefaults,
  outputsOf,
  type Runner,
  readInputs,
  readRunner,
  setOutputs,
  tunedFile,
} from './run/index.ts';
export {
  openStateCache,
  type StateCache,
  type StateCacheTask,
} from './state/index.ts';
