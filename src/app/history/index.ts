export { changesOf, costOf, type Metric, metrics } from './changes.ts';
export { historyOf } from './history.ts';
export { showHistory } from './show-history.ts';
