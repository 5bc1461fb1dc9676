import type { Manifest } from '../../manifest/index.ts';

/**
 * The kernels of one of `count` jobs: those with most workloads are dealt first, each to the job with least to do.
 * Sentinels are not dealt.
 * @returns names, in the manifest's order; none where there are fewer kernels than jobs
 */
export function shardKernels(
  manifest: Manifest,
  shard: { readonly index: number; readonly count: number },
): readonly string[] {
  const loads = Array.from({ length: shard.count }, () => 0);
  const owners = new Map<string, number>();
  const dealt = manifest.kernels
    .filter((kernel) => !kernel.sentinel)
    .map((kernel) => ({ name: kernel.name, load: kernel.workloads.length }))
    .sort((a, b) => b.load - a.load || (a.name < b.name ? -1 : 1));
  for (const { name, load } of dealt) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least] = loads[least]! + load;
    owners.set(name, least);
  }
  return manifest.kernels
    .filter((kernel) => owners.get(kernel.name) === shard.index - 1)
    .map((kernel) => kernel.name);
}
