import {
  type Budget,
  createKernelSpace,
  type DeviceLimits,
  type KernelDefinition,
  type Manifest,
  type Workload,
} from '../../manifest/index.ts';

/**
 * A board as most are. What is expected of a kernel has to be the same in every job, whatever board it runs on: limits
 * decide here how many configurations there are to try, and nothing else.
 */
const commonLimits: DeviceLimits = {
  max_workgroup_storage: 32_768,
  max_invocations: 1024,
  max_workgroup_size_x: 1024,
  max_workgroup_size_y: 1024,
  max_workgroup_size_z: 64,
  max_workgroups: 65_535,
  max_buffer_bytes: 2 ** 31,
  has_f16: true,
  has_subgroups: true,
  subgroup_min: 32,
  subgroup_max: 32,
};

/** Larger spaces are not counted: no budget tries them all, unless their constraints leave next to nothing. */
const maxCounted = 100_000;

/** How many configurations a search has to try; as many as the budget allows where that cannot be told. */
function trialsOf(kernel: KernelDefinition, workload: Workload, budget: Budget): number {
  const space = createKernelSpace(kernel, workload, commonLimits);
  if (space.rawSize > maxCounted) return budget.trials;
  try {
    // The default is tried whatever the constraints say.
    return Math.min(budget.trials, Math.max(1, space.count(budget.trials).value));
  } catch {
    // A constraint that fails for some configuration is the search's to report, with its place in the manifest.
    return budget.trials;
  }
}

/**
 * A space with fewer configurations than the budget has trials is searched in that part of the time; where there is
 * nothing to choose from, nothing is searched and nothing compared.
 */
function retuneSeconds(kernel: KernelDefinition, workload: Workload, budget: Budget): number {
  const trials = trialsOf(kernel, workload, budget);
  if (trials <= 1) return 0;
  return budget.searchSeconds * (trials / budget.trials) + budget.judgeSeconds;
}

/**
 * Seconds that a job is expected to spend on each kernel, all of its workloads together. It depends on the manifest
 * alone, so every job comes to the same figures. A guard judges each workload for the same time; what it would search
 * after a regression is not expected.
 * @returns by name; kernels of which nothing is expected but to be built have 0
 */
export function expectedSeconds(
  { kernels, budget }: Pick<Manifest, 'kernels' | 'budget'>,
  mode: 'guard' | 'retune',
): ReadonlyMap<string, number> {
  const secondsOf = (kernel: KernelDefinition, workload: Workload) =>
    mode === 'guard' ? budget.guard.judgeSeconds : retuneSeconds(kernel, workload, budget.retune);
  return new Map(
    kernels.map((kernel) => [
      kernel.name,
      kernel.workloads.reduce((sum, workload) => sum + secondsOf(kernel, workload), 0),
    ]),
  );
}
