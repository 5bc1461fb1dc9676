import { createVariantBuilder } from '../../kernel/index.ts';
import type { KernelDefinition, Manifest } from '../../manifest/index.ts';
import type { BlockSample } from '../../measure/index.ts';
import type { Tuned } from '../../store/index.ts';
import type { Host } from '../host.ts';
import type { Laboratory } from '../laboratory/index.ts';
import { measureNoise } from '../laboratory/index.ts';
import { shippedConfiguration } from '../project/index.ts';

/**
 * The kernel that a machine's noise is measured with: the manifest's first sentinel, whichever kernels a run retunes, or the
 * first of these where there is none. The laboratory has to be opened for it too.
 */
export function noiseKernelOf(
  manifest: Manifest,
  kernels: readonly KernelDefinition[],
): KernelDefinition | null {
  return manifest.kernels.find(({ sentinel }) => sentinel) ?? kernels[0] ?? null;
}

/** A/A blocks of a kernel at what ships today; none if it does not build. */
export async function measureNoiseOf(options: {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly tuned: Tuned;
  readonly kernel: KernelDefinition;
  readonly deadlineMs: number;
}): Promise<readonly BlockSample[]> {
  const { host, laboratory, tuned, kernel, deadlineMs } = options;
  const workload = kernel.workloads[0];
  if (workload === undefined) return [];
  const { limits, features, family } = laboratory.info;
  const { configuration } = shippedConfiguration({ tuned, kernel, workload, family, limits });
  const { print } = laboratory;
  const built = await createVariantBuilder({ kernel, workload, limits, features, print }).build(
    configuration,
  );
  return built.ok ? measureNoise({ host, laboratory, variant: built.value, deadlineMs }) : [];
}
