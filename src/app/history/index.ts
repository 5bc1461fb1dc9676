export { changesOf, costOf, type Metric, metrics } from './changes.ts';
export { showHistory } from './show-history.ts';
