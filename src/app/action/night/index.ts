export { nightOf, withAnchors, withHistory, withNight } from './history.ts';
export { mergeNight } from './merge.ts';
export { writeNightPage } from './page.ts';
