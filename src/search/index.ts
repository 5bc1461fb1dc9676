export type { SearchMethods, SurrogateModel } from './methods.ts';
export { runSearch } from './run-search.ts';
export {
  type ContenderRatio,
  type ContenderSamples,
  type FinalSelection,
  selectFinalist,
} from './select-finalist.ts';
export type { Belief, Observation, Place } from './surrogate.ts';
export type { SearchProgress, SearchResult, SearchTask, StopReason, Trials } from './types.ts';
