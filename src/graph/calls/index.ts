export type { Call } from './call.ts';
export { collectWork } from './collect.ts';
export type { Work } from './work.ts';
