import { type ChangedBuffers, changedBuffers, createVariantBuilder } from '../kernel/index.ts';
import { type Budget, createKernelSpace } from '../manifest/index.ts';
import type { Host } from './host.ts';
import { openLaboratory } from './laboratory/index.ts';
import type { KernelFilter, LaboratoryOptions, ManifestOptions } from './options.ts';
import { openManifest, selectKernels } from './project/index.ts';

export interface PlannedWorkload {
  readonly kernel: string;
  readonly workload: string;
  readonly sentinel: boolean;
  readonly tunables: number;
  /** Points before constraints. */
  readonly rawSize: number;
  readonly valid: { readonly value: number; readonly exact: boolean };
  /** Configurations a retune tries; none of a sentinel. */
  readonly trials: number;
  /** Minutes that a retune and a guard may spend on it by the manifest's budgets. */
  readonly retuneMinutes: number;
  readonly guardMinutes: number;
  /** What its launches change of what they read, and what becomes of that; null if nothing. */
  readonly changes: ChangedBuffers | null;
}

export interface Plan {
  readonly manifest: string;
  readonly device: string;
  readonly workloads: readonly PlannedWorkload[];
  readonly retuneMinutes: number;
  readonly guardMinutes: number;
}

/** Counting stops here: past it a space is "more than". */
const countLimit = 1_000_000;

function minutes(seconds: number): number {
  return seconds / 60;
}

function retuneSeconds(budget: Budget, trials: number): number {
  return trials === 0 ? 0 : budget.searchSeconds + budget.judgeSeconds;
}

/** What a manifest holds, and what its budgets come to on this machine. */
export async function plan(
  host: Host,
  options: ManifestOptions & LaboratoryOptions & KernelFilter,
): Promise<Plan> {
  const { manifest } = openManifest(host, options.manifest);
  const kernels = selectKernels(manifest, options.kernels);
  // Nothing is run.
  const laboratory = await openLaboratory(host, { ...options, allowCommands: true }, kernels);
  try {
    const { guard, retune } = manifest.budget;
    const { limits } = laboratory.info;
    const planned = kernels.flatMap((kernel) =>
      kernel.workloads.map(async (workload): Promise<PlannedWorkload> => {
        const space = createKernelSpace(kernel, workload, limits);
        const shipped = await createVariantBuilder({ kernel, workload, limits }).build(kernel.defaults);
        const valid = space.count(countLimit);
        const trials = kernel.sentinel ? 0 : Math.min(retune.trials, valid.value);
        return {
          kernel: kernel.name,
          workload: workload.name,
          sentinel: kernel.sentinel,
          tunables: space.tunables.length,
          rawSize: space.rawSize,
          valid,
          trials,
          retuneMinutes: minutes(retuneSeconds(retune, trials)),
          guardMinutes: minutes(guard.judgeSeconds),
          changes: shipped.ok ? changedBuffers(shipped.value) : null,
        };
      }),
    );
    const workloads = await Promise.all(planned);
    const total = (of: (workload: PlannedWorkload) => number) =>
      workloads.reduce((sum, workload) => sum + of(workload), 0);
    return {
      manifest: options.manifest,
      device: laboratory.info.description,
      workloads,
      retuneMinutes: total((workload) => workload.retuneMinutes),
      guardMinutes: total((workload) => workload.guardMinutes),
    };
  } finally {
    await laboratory.close();
  }
}
