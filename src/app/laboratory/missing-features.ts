import {
  createVariantBuilder,
  extensionsNamed,
  featureOfExtension,
  lackingExtension,
  mayEnableAnything,
  type PrintSource,
} from '../../kernel/index.ts';
import { type KernelDefinition, noLimits } from '../../manifest/index.ts';
import type { DeviceInfo } from '../../measure/index.ts';
import type { Host } from '../host.ts';

/**
 * WebGPU features behind everything that the kernels' files enable, so that no configuration goes without; and what it takes to
 * try those with subgroups at every size.
 */
export function wantedFeatures(kernels: readonly KernelDefinition[]): readonly string[] {
  const named = kernels.some(mayEnableAnything)
    ? Object.values(featureOfExtension)
    : kernels.flatMap(extensionsNamed).map(({ feature }) => feature);
  const features = new Set(named);
  if (features.has('subgroups')) features.add('subgroup-size-control');
  return [...features].filter((feature) => feature !== null);
}

/** What kernels would run on, and what prints them. */
export interface FeatureBench {
  readonly info: DeviceInfo;
  readonly print: PrintSource | undefined;
}

/** Why the default configuration or the reference of a kernel cannot run for want of a feature, with its place; null if it can. */
async function missingFeature(
  kernel: KernelDefinition,
  { info: { features }, print }: FeatureBench,
): Promise<string | null> {
  const isPrinted = mayEnableAnything(kernel);
  if (isPrinted ? print === undefined : lackingExtension(extensionsNamed(kernel), features) === null)
    return null;
  for (const workload of kernel.workloads) {
    const builder = createVariantBuilder({ kernel, workload, limits: noLimits, features, print });
    for (const built of [await builder.build(kernel.defaults), await builder.reference()]) {
      if (built.ok || built.failure.kind !== 'unsupported') continue;
      const { file, line, column, message } = built.failure;
      const place = [file, line, column].filter((part) => part !== undefined).join(':');
      return `${place}: kernel ${kernel.name}: ${message}`;
    }
  }
  return null;
}

/** Says by name, before anything runs, which kernels need what the adapter has not. */
export async function warnOfMissingFeatures(
  { progress }: Host,
  kernels: readonly KernelDefinition[],
  bench: FeatureBench,
): Promise<void> {
  const told = new Set<string>();
  for (const kernel of kernels) {
    const missing = kernel.command === undefined ? await missingFeature(kernel, bench) : null;
    if (missing === null || told.has(missing)) continue;
    told.add(missing);
    progress.warn(`${missing} (${bench.info.description})`);
  }
}
