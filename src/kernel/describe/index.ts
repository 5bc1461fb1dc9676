export { describeProgram } from './describe.ts';
export type { DescribedBinding, DescribedEntry, DescribedParameter, DescribedSlot } from './entry.ts';
export { foreignText } from './foreign-text.ts';
