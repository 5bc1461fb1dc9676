import { type ManifestFile, type ManifestNetwork, nearestName } from '../schema/index.ts';
import { at, type YamlDocument } from './document.ts';
import { type Place, placeIn } from './place.ts';
import type { Sound } from './schema-problems.ts';
import { readNetworkGate, share } from './settings.ts';
import type { Gate, KernelDefinition, Network, NetworkCall } from './types.ts';

interface NetworkContext {
  readonly document: YamlDocument;
  readonly kernels: readonly KernelDefinition[];
  /** The manifest's. */
  readonly gate: Gate;
}

function didYouMean(name: string, known: readonly string[], otherwise: string): string {
  const nearest = nearestName(name, known);
  return nearest === null ? otherwise : `did you mean '${nearest}'?`;
}

/** The kernel of a call; null, reported unless that only follows from another fault, where it cannot be told. */
function kernelOf(
  name: string,
  place: Place,
  { document, kernels }: NetworkContext,
): KernelDefinition | null {
  const pointer = at('/kernels', name);
  if (!document.has(pointer)) {
    const known = kernels.map((kernel) => kernel.name);
    place.key({
      message: `there is no kernel '${name}'`,
      nextStep: didYouMean(name, known, "name one of 'kernels', or remove it"),
    });
    return null;
  }
  const kernel = kernels.find((one) => one.name === name);
  if (kernel === undefined || document.isFaulty(pointer)) return null;
  if (!kernel.sentinel) return kernel;
  place.key({
    message: `'${name}' is a sentinel, which is no part of what is judged`,
    nextStep: 'remove it, or guard a kernel of another name beside it',
  });
  return null;
}

/** The calls of one kernel; whatever is wrong with them is reported. */
function callsOf(
  name: string,
  written: Sound<ManifestNetwork['calls'][string]>,
  place: Place,
  context: NetworkContext,
): NetworkCall[] {
  const kernel = kernelOf(name, place, context);
  if (kernel === null) return [];
  const workloads = kernel.workloads.map((workload) => workload.name);
  const listed = workloads.slice(0, 8).map((workload) => `"${workload}"`);
  const named = `${listed.join(', ')}${workloads.length > listed.length ? ` and ${workloads.length - listed.length} more` : ''}`;
  if (typeof written === 'number') {
    const [only] = workloads;
    if (only !== undefined && workloads.length === 1)
      return [{ kernel: name, workload: only, calls: written }];
    place.value({
      message: `'${name}' has ${workloads.length} workloads, and one number does not say which are meant`,
      nextStep: `give numbers by the workload's name: ${named}`,
    });
    return [];
  }
  return Object.entries(written).flatMap(([workload, calls]) => {
    if (calls === undefined) return [];
    if (workloads.includes(workload)) return [{ kernel: name, workload, calls }];
    place.at(workload).key({
      message: `kernel '${name}' has no workload '${workload}'`,
      nextStep: didYouMean(workload, workloads, `it has ${named}`),
    });
    return [];
  });
}

/**
 * The networks of a manifest, once its kernels are read. Faults of calls are reported; those of kernels that are faulty
 * themselves are not looked at.
 */
export function readNetworks(
  written: Sound<ManifestFile>['networks'],
  context: NetworkContext,
): readonly Network[] {
  const { document } = context;
  return Object.entries(written ?? {}).flatMap(([name, network]) => {
    if (network === undefined) return [];
    const pointer = at('/networks', name);
    const place = placeIn(document, pointer);
    const { covers } = network;
    const calls = Object.entries(network.calls ?? {}).flatMap(([kernel, one]) =>
      one === undefined ? [] : callsOf(kernel, one, place.at('calls', kernel), context),
    );
    return [
      {
        name,
        position: {
          file: document.source.file,
          ...document.source.position(document.keyRange(pointer).start),
        },
        calls,
        launchOverheadMs: (network['launch-overhead-us'] ?? 0) / 1000,
        covers: {
          macs: covers?.macs === undefined ? null : share(covers.macs),
          bytes: covers?.bytes === undefined ? null : share(covers.bytes),
        },
        inferencesPerDay: network['inferences-per-day'] ?? null,
        gate: readNetworkGate(network.gate, context.gate),
      },
    ];
  });
}
