export { type FetchCredentials, type FetchTask, fetchHistory } from './fetch-history.ts';
export { openFolder } from './open-folder.ts';
export { type OpenRevision, openRevision } from './open-revision.ts';
export {
  headCommit,
  isDirty,
  mergeBase,
  type RepositoryQuestion,
  repositoryRoot,
  resolveCommit,
} from './repository.ts';
export type { Environment } from './run-git.ts';
