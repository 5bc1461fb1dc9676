export { type FetchCredentials, type FetchTask, fetchHistory } from './fetch-history.ts';
export type { Environment } from './git-process.ts';
export { latestTag } from './latest-tag.ts';
export { openFolder } from './open-folder.ts';
export { type OpenRevision, openRevision } from './open-revision.ts';
export { openWorkTree } from './open-work-tree.ts';
export {
  headCommit,
  isDirty,
  mergeBase,
  type RepositoryQuestion,
  repositoryRoot,
  resolveCommit,
} from './repository.ts';
