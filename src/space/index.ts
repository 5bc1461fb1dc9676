export type { Configuration, Constraint, Point, Space, Tunable, TunableValue } from './types.ts';
