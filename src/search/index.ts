export type { SearchMethods, SurrogateModel } from './methods.ts';
export type { OtherDevice } from './other-device.ts';
export { choosePortfolio, type DeviceCosts } from './portfolio.ts';
export { runSearch } from './run-search.ts';
export {
  type ContenderSamples,
  type FinalSelection,
  selectFinalist,
  stillInTheRunning,
} from './select-finalist.ts';
export type { Belief, Observation, Place } from './surrogate.ts';
export type { SearchProgress, SearchResult, SearchTask, Trials } from './types.ts';
