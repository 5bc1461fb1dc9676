import type { ExpressionValue } from '../expression/index.ts';
import { type Configuration, type Constraint, createSpace, type Space } from '../space/index.ts';
import type { DeviceLimits, KernelDefinition, Workload } from './types.ts';

/** Everything the kernel's expressions may read, for one configuration on one device. */
export function workloadVariables(
  _kernel: KernelDefinition,
  workload: Workload,
  configuration: Configuration,
  limits: DeviceLimits,
): Readonly<Record<string, ExpressionValue>> {
  return { ...limits, ...workload.parameters, ...configuration };
}

/**
 * The configurations of a kernel that its constraints allow for this workload on this device.
 * A constraint that cannot be evaluated for a configuration (division by zero) makes the space throw JoulegateError
 * (bad-input) where that configuration is looked at.
 */
export function createKernelSpace(kernel: KernelDefinition, workload: Workload, limits: DeviceLimits): Space {
  const tunableNames = new Set(kernel.tunables.map(({ name }) => name));
  const constraints = kernel.constraints.map((expression): Constraint => {
    const names = expression.names.filter((name) => tunableNames.has(name));
    // One object for all evaluations: a search tests millions of configurations.
    const variables: Record<string, ExpressionValue> = { ...limits, ...workload.parameters };
    return {
      names,
      test: (configuration) => {
        for (const name of names) variables[name] = configuration[name] as ExpressionValue;
        return expression.evaluate(variables) === true;
      },
    };
  });
  return createSpace({ tunables: kernel.tunables, constraints });
}
