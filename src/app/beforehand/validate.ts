import {
  type ChangedBuffers,
  changedBuffers,
  createVariantBuilder,
  fillText,
  type NamedExtension,
  type PrintSource,
  reachedExtensions,
  type VariantFailure,
  variantRemarks,
} from '../../kernel/index.ts';
import {
  checkSourcesFetched,
  isSelfJudged,
  type KernelDefinition,
  type Manifest,
  noLimits,
  sourceGenerators,
} from '../../manifest/index.ts';
import type { Host, LaboratoryOptions, ManifestOptions } from '../host.ts';
import { commandBench } from '../laboratory/index.ts';
import { openManifest } from '../project/index.ts';
import { describeNetwork, type NetworkSummary, type PassCounts, passKey } from './networks.ts';

export interface Validation {
  readonly manifest: string;
  readonly kernels: number;
  readonly workloads: number;
  /** Kernels without a reference: their default configuration is judged by itself. */
  readonly selfJudged: readonly string[];
  /** What programs enable, and so need of the device. */
  readonly needs: readonly (NamedExtension & { readonly kernel: string })[];
  /** Kernels whose launches change what they read, and what becomes of that. */
  readonly changing: readonly ({ readonly kernel: string } & ChangedBuffers)[];
  /** Kernels whose default configuration does not link; empty if all is well. */
  readonly faults: readonly {
    readonly kernel: string;
    readonly workload: string;
    readonly failure: VariantFailure;
  }[];
  readonly networks: readonly NetworkSummary[];
  /** What buffers hold before a launch, by name, for kernels that link. */
  readonly contents: readonly {
    readonly kernel: string;
    readonly workload: string;
    readonly buffers: Readonly<Record<string, string>>;
  }[];
  /** Kernels that were not looked at, because a program prints them and none may be run. */
  readonly unseen: readonly { readonly kernel: string; readonly by: string; readonly line: number }[];
  /** What the user should know of kernels that link, each once. */
  readonly warnings: readonly { readonly kernel: string; readonly message: string; readonly line: number }[];
}

export type ValidateOptions = ManifestOptions & Pick<LaboratoryOptions, 'allowCommands'>;

/**
 * Checks a manifest and everything it names: files, expressions, and that every kernel's default and reference link. No
 * device is opened: what only a device can refuse is found when it is.
 * @throws JoulegateError bad-input with every fault of the manifest, or for what Git LFS did not fetch
 */
export async function validate(host: Host, options: ValidateOptions): Promise<Validation> {
  const { manifest } = openManifest(host, options.manifest);
  checkSourcesFetched(manifest.kernels);
  const bench = commandBench(host, options);
  try {
    return await validateManifest(manifest, options, bench.print);
  } finally {
    await bench.close();
  }
}

/** What prints a kernel or its reference; null if nothing does. */
function printerOf(kernel: KernelDefinition): { readonly by: string; readonly line: number } | null {
  const [generator] = sourceGenerators(kernel);
  return generator === undefined ? null : { by: generator.run.join(' '), line: generator.at().line };
}

async function validateManifest(
  manifest: Manifest,
  options: ValidateOptions,
  print: PrintSource | undefined,
): Promise<Validation> {
  const unseen: Validation['unseen'][number][] = [];
  const faults: Validation['faults'][number][] = [];
  const needs: Validation['needs'][number][] = [];
  const warnings = new Map<string, Validation['warnings'][number]>();
  const changing = new Map<string, Validation['changing'][number]>();
  const contents: Validation['contents'][number][] = [];
  const passes: PassCounts = new Map();
  let workloads = 0;
  for (const kernel of manifest.kernels) {
    // Constraints of operators say what they need.
    const printer = print === undefined ? printerOf(kernel) : null;
    if (printer !== null) {
      unseen.push({ kernel: kernel.name, ...printer });
      workloads += kernel.workloads.length;
      continue;
    }
    const reached = kernel.operator === null ? await reachedExtensions(kernel, print) : [];
    needs.push(...reached.map((extension) => ({ kernel: kernel.name, ...extension })));
    for (const workload of kernel.workloads) {
      workloads++;
      const builder = createVariantBuilder({ kernel, workload, limits: noLimits, print });
      const shipped = await builder.build(kernel.defaults);
      if (shipped.ok && shipped.value.program !== null) {
        const { buffers, passes: launched } = shipped.value.program;
        passes.set(passKey(kernel.name, workload.name), launched.length);
        const filled = Object.fromEntries(buffers.map((buffer) => [buffer.name, fillText(buffer)]));
        contents.push({ kernel: kernel.name, workload: workload.name, buffers: filled });
      }
      const changed = shipped.ok ? changedBuffers(shipped.value) : null;
      if (changed !== null)
        changing.set(`${kernel.name} ${changed.buffers}`, { kernel: kernel.name, ...changed });
      for (const built of [shipped, await builder.reference()]) {
        for (const message of built.ok ? variantRemarks(built.value) : []) {
          const { name, position } = kernel;
          warnings.set(`${name} ${message}`, { kernel: name, message, line: position.line });
        }
        if (!built.ok) {
          faults.push({ kernel: kernel.name, workload: workload.name, failure: built.failure });
          break;
        }
      }
    }
  }
  return {
    manifest: options.manifest,
    kernels: manifest.kernels.length,
    workloads,
    needs,
    faults,
    contents,
    networks: manifest.networks.map((network) => describeNetwork(network, passes)),
    unseen,
    warnings: [...warnings.values()],
    changing: [...changing.values()],
    selfJudged: manifest.kernels.filter(isSelfJudged).map(({ name }) => name),
  };
}
