export type { SearchProgress, SearchResult, SearchTask, StopReason, Trials } from './types.ts';
