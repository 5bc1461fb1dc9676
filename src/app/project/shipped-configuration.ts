import {
  alignClock,
  createKernelSpace,
  type DeviceLimits,
  type KernelDefinition,
  type Workload,
} from '../../manifest/index.ts';
import type { Configuration } from '../../space/index.ts';
import { type Tuned, tunedConfiguration } from '../../store/index.ts';

export interface ShippedConfiguration {
  readonly configuration: Configuration;
  /** Why the tuned state's configuration does not count; null if it does, or if there is none. */
  readonly problem: string | null;
}

/** Whether a configuration is in a kernel's space on a device with these limits. */
export function fitsSpace(options: {
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly limits: DeviceLimits;
  readonly configuration: Configuration;
}): boolean {
  const space = createKernelSpace(options.kernel, options.workload, options.limits);
  const point = space.point(options.configuration);
  return point !== null && space.isValid(point);
}

/** What an application runs: the tuned configuration of its device family where it fits the space, else the default. */
export function shippedConfiguration(options: {
  readonly tuned: Tuned | null;
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly family: string;
  readonly limits: DeviceLimits;
}): ShippedConfiguration {
  const { tuned, kernel, workload, family, limits } = options;
  const stated = tuned === null ? null : tunedConfiguration(tuned, kernel.name, workload.name, family);
  if (stated === null) return { configuration: kernel.defaults, problem: null };
  const configuration = alignClock(kernel, stated);
  if (fitsSpace({ kernel, workload, limits, configuration })) return { configuration, problem: null };
  const problem = `the tuned configuration of ${kernel.name} ${workload.name} is outside its space, so its default counts`;
  return { configuration: kernel.defaults, problem };
}
