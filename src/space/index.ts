export { configurationId } from './configuration-id.ts';
export { createListedSpace, createSpace } from './create-space.ts';
export type { Configuration, Constraint, Point, Space, Tunable, TunableValue } from './types.ts';
