export { type NewState, openStateCache, type StateCache, type StateCacheTask } from './cache.ts';
export { readStateFile } from './file.ts';
export { keyPart, type StateSubject } from './key.ts';
export type { RestoredState, SavedState } from './store.ts';
