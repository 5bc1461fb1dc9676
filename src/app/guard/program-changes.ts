import { programChange, type Variant } from '../../kernel/index.ts';
import { clockOf } from '../../manifest/index.ts';
import type { Comparison } from './comparison.ts';
import type { GuardedKernel } from './report.ts';

/** How a program differs. */
export type Change = NonNullable<GuardedKernel['change']>;

/** What moved in the program of a kernel that changed; null where it cannot be read. */
export interface KernelChange {
  readonly kernel: string;
  readonly workload: string;
  readonly change: Change | null;
}

/** How head's program differs from base's, or its locked clock does; null where one of them cannot be read. */
export function changeBetween(base: Variant, head: Variant): Change | null {
  const change = programChange(base, head);
  if (change === null || clockOf(base.configuration) === clockOf(head.configuration)) return change;
  return { ...change, differs: [...change.differs, 'clock'] };
}

/** What moved in the programs of all kernels that changed: it explains a verdict, and never makes one. */
export function changesOf(comparisons: readonly Comparison[]): readonly KernelChange[] {
  return comparisons.flatMap((comparison) => {
    if (comparison.status !== 'changed') return [];
    const { kernel, workload, base, head } = comparison;
    return { kernel, workload, change: changeBetween(base.variant, head.variant) };
  });
}
