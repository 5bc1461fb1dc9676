import { createKernelSpace, type KernelDefinition, noLimits } from '../../manifest/index.ts';
import type { Configuration } from '../../space/index.ts';
import type { Parameters } from './programs.ts';

function sameParameters(a: Parameters, b: Parameters | undefined): boolean {
  const shape = (parameters: Parameters) =>
    Object.entries(parameters)
      .map(([name, value]) => `${name}: ${typeof value}`)
      .sort()
      .join();
  return b !== undefined && shape(a) === shape(b);
}

/** Whether every tunable has one of its values; constraints depend on the device and are checked there. */
function isInSpace(kernel: KernelDefinition, configuration: Configuration): boolean {
  const workload = kernel.workloads[0];
  if (workload === undefined) return false;
  return createKernelSpace({ ...kernel, constraints: [] }, workload, noLimits).point(configuration) !== null;
}

/** Why a tuned configuration is not one of the kernel as it is now, a clause; null if it is. */
export function tunedFault(
  kernel: KernelDefinition,
  parameters: Parameters,
  configuration: Configuration,
): string | null {
  if (!sameParameters(parameters, kernel.workloads[0]?.parameters))
    return 'it is for other workload parameters';
  return isInSpace(kernel, configuration) ? null : 'it is outside the space';
}
