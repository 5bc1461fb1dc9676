export { openStateCache, type StateCache, type StateCacheTask } from './cache.ts';
export { readStateFile } from './file.ts';
export { keyPart } from './key.ts';
