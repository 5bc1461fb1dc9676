import { createKernelSpace, type KernelDefinition, noLimits } from '../../manifest/index.ts';
import type { Configuration, Space } from '../../space/index.ts';
import type { Parameters } from './programs.ts';

/** Whether two workloads have parameters of the same names and kinds. */
export function sameParameters(a: Parameters, b: Parameters | undefined): boolean {
  const shape = (parameters: Parameters) =>
    Object.entries(parameters)
      .map(([name, value]) => `${name}: ${typeof value}`)
      .sort()
      .join();
  return b !== undefined && shape(a) === shape(b);
}

/** All combinations of values: constraints depend on the device and are checked there. null without a workload. */
export function unconstrainedSpace(kernel: KernelDefinition): Space | null {
  const workload = kernel.workloads[0];
  if (workload === undefined) return null;
  return createKernelSpace({ ...kernel, constraints: [] }, workload, noLimits);
}

/** Why a tuned configuration is not one of the kernel as it is now, a clause; null if it is. */
export function tunedFault(
  kernel: KernelDefinition,
  parameters: Parameters,
  configuration: Configuration,
): string | null {
  if (!sameParameters(parameters, kernel.workloads[0]?.parameters))
    return 'it is for other workload parameters';
  return unconstrainedSpace(kernel)?.point(configuration) != null ? null : 'it is outside the space';
}
