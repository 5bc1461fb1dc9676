import type { GuardReport } from '../types.ts';

/** One arm of one kernel and workload in one block. */
export type Sample = NonNullable<GuardReport['samples']>[number];
