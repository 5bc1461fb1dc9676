import type { KernelDefinition, Manifest } from '../../manifest/index.ts';
import type { Tuned } from '../../store/index.ts';

/** One revision of the kernels: what it declares and how it is tuned. */
export interface Revision {
  readonly manifest: Manifest;
  readonly tuned: Tuned | null;
}

/** Everything that decides what a kernel is and how it is tuned on any device; where it stands in the file does not. */
function fingerprint(revision: Revision, kernel: KernelDefinition): string {
  const { position, gate, objective, callsPerDay, ...program } = kernel;
  const tuned = (revision.tuned?.entries ?? [])
    .filter((entry) => entry.kernel === kernel.name)
    .map(({ family, workload, configuration }) => [family, workload.name, configuration]);
  return JSON.stringify([program, tuned]);
}

/** Whether all that a kernel of head is made of is base's. */
export function isUntouched(base: Revision, head: Revision, kernel: KernelDefinition): boolean {
  const before = base.manifest.kernels.find(({ name }) => name === kernel.name);
  return before !== undefined && fingerprint(base, before) === fingerprint(head, kernel);
}

/** Why an untouched kernel has nothing to be compared. */
export const untouchedReason = 'nothing that this kernel is made of changed';
