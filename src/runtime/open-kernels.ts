import type { RuntimeFile, RuntimeKernel } from '../schema/index.ts';
import { candidates } from './candidates.ts';
import { limitsOf } from './device-limits.ts';
import { deviceFamily } from './family.ts';
import { instantiate, Unfit } from './instantiate.ts';
import type { Kernels, Values } from './types.ts';

/**
 * The kernels of a file that `joulegate export runtime` wrote.
 * @param data the parsed JSON
 * @throws Error if it is another file, or of a version that this runtime does not know
 */
export function openKernels(data: unknown): Kernels {
  const { schema, version, kernels, networks = [] } = (data ?? {}) as Partial<RuntimeFile>;
  if (schema !== 'joulegate-runtime' || !Array.isArray(kernels)) {
    throw new Error('This is no file of `joulegate export runtime`.');
  }
  if (version !== 2)
    throw new Error(`The file has version ${String(version)}, this runtime knows version 2.`);
  const byName = new Map((kernels as readonly RuntimeKernel[]).map((kernel) => [kernel.name, kernel]));
  const calls = new Map(networks.map((network) => [network.name, network.calls]));
  const variant: Kernels['variant'] = (name, given, device, options = {}) => {
    const kernel = byName.get(name);
    if (!kernel) throw new Error(`There is no kernel "${name}"; known are ${[...byName.keys()].join(', ')}.`);
    const workload = completed(kernel, given);
    let first: string | null = null;
    const { subgroup_min, subgroup_max } = limitsOf(device);
    const newcomer = {
      family: options.family ?? deviceFamily(device.info),
      subgroups: [subgroup_min, subgroup_max],
    } as const;
    for (const { configuration, choice } of candidates(kernel, workload, newcomer)) {
      try {
        const fitting = kernel.configurations[configuration]!;
        return { ...instantiate({ kernel, configuration: fitting, workload, device }), choice };
      } catch (error) {
        if (!(error instanceof Unfit)) throw error;
        first ??= error.message;
      }
    }
    throw new Error(`No configuration of "${name}" fits this workload and device: ${first}.`);
  };
  return {
    names: [...byName.keys()],
    networks: [...calls.keys()],
    variant,
    network(name, device, options) {
      const own = calls.get(name);
      if (own === undefined)
        throw new Error(
          `There is no network "${name}"; known are ${[...calls.keys()].join(', ') || 'none'}.`,
        );
      return own.map((call) => ({ ...call, variant: variant(call.kernel, call.workload, device, options) }));
    },
  };
}

/** The workload with an operator's defaults put in. */
function completed(kernel: RuntimeKernel, given: Values): Values {
  const known = kernel.parameters.map(({ name }) => name);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`"${kernel.name}" has no workload parameter "${unknown}"; it has ${known.join(', ')}.`);
  }
  const values = kernel.parameters.map((parameter) => {
    const value = Object.hasOwn(given, parameter.name) ? given[parameter.name] : parameter.default;
    if (typeof value !== parameter.kind) {
      throw new Error(`"${kernel.name}" needs workload parameter "${parameter.name}", a ${parameter.kind}.`);
    }
    return [parameter.name, value as Values[string]] as const;
  });
  return Object.fromEntries(values);
}
