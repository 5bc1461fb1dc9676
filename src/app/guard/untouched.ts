import type { KernelDefinition } from '../../manifest/index.ts';
import type { Comparison, Revision } from './comparison.ts';

/** Everything that decides what a kernel is and how it is tuned on any device; where it stands in the file does not. */
function fingerprint(revision: Revision, kernel: KernelDefinition): string {
  const { position, gate, objective, callsPerDay, ...program } = kernel;
  const tuned = (revision.tuned?.entries ?? [])
    .filter((entry) => entry.kernel === kernel.name)
    .map(({ family, workload, configuration }) => [family, workload.name, configuration]);
  return JSON.stringify([program, tuned]);
}

/**
 * The comparisons of a change that touches no kernel, found from files alone: no device is opened and nothing is built.
 * @returns null if a kernel of head is new or may differ from base's
 */
export function compareUntouched(base: Revision, head: Revision): readonly Comparison[] | null {
  const comparisons: Comparison[] = [];
  for (const definition of head.manifest.kernels) {
    const before = base.manifest.kernels.find((kernel) => kernel.name === definition.name);
    if (before === undefined || fingerprint(base, before) !== fingerprint(head, definition)) return null;
    for (const workload of definition.workloads) {
      comparisons.push({
        kernel: definition.name,
        workload: workload.name,
        definition,
        warning: null,
        status: 'untouched',
        reason: 'nothing that this kernel is made of changed',
      });
    }
  }
  return comparisons;
}
