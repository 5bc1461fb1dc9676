export { describeProgram } from './describe.ts';
export type { DescribedParameter } from './described-parameter.ts';
export type { DescribedBinding, DescribedEntry, DescribedSlot } from './entry.ts';
export { foreignText } from './foreign-text.ts';
