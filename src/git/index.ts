export type { RemoteQuestion } from './ask-remote.ts';
export { fetchHistory, findRemoteRef, placesOf } from './fetch-history.ts';
export { fetchLeftOut } from './fetch-left-out.ts';
export { fetchMergeBase } from './fetch-merge-base.ts';

export { latestTag } from './latest-tag.ts';
export { openFolder } from './open-folder.ts';
export {
  isSubmodule,
  openRepository,
  type Repository,
  requireRepository,
} from './open-repository.ts';
export { openRevision } from './open-revision.ts';
export { openWorkTree } from './open-work-tree.ts';
export { findCommit, headCommit, isDirty, mergeBase, resolveCommit } from './repository.ts';
