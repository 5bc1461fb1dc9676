import type { Comparison } from './comparison.ts';
import { isUntouched, type Revision, untouchedReason } from './revision.ts';

/**
 * The comparisons of a change that touches no kernel, found from files alone: no device is opened and nothing is built.
 * @returns null if a kernel of head is new or may differ from base's
 */
export function compareUntouched(base: Revision, head: Revision): readonly Comparison[] | null {
  const comparisons: Comparison[] = [];
  for (const definition of head.manifest.kernels) {
    if (!isUntouched(base, head, definition)) return null;
    for (const workload of definition.workloads) {
      comparisons.push({
        kernel: definition.name,
        workload: workload.name,
        definition,
        warning: null,
        status: 'untouched',
        reason: untouchedReason,
      });
    }
  }
  return comparisons;
}
