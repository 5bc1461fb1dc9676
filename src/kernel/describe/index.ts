export type { DataSlot } from '../data-shape.ts';
export { describeProgram } from './describe.ts';
export type { DescribedBinding, DescribedEntry, DescribedParameter } from './entry.ts';
