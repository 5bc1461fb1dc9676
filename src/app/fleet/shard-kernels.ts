import type { Manifest } from '../../manifest/index.ts';
import { expectedSeconds } from './expected-seconds.ts';

/** A kernel takes some time to load and build, however little there is to measure: ties are broken by their number. */
const leastSeconds = 1;

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What one of several jobs has to do. */
export interface ShardKernels {
  /** In the manifest's order; none where there are fewer kernels than jobs. */
  readonly names: readonly string[];
  /** That they are expected to take together. */
  readonly seconds: number;
}

/**
 * The kernels of one of `count` jobs, by the seconds they are expected to take: the longest are dealt first, each to the
 * job with least to do. It depends on the manifest alone, whatever the order of its kernels, so jobs that know nothing of
 * each other deal alike. Sentinels are not dealt.
 */
export function shardKernels(
  manifest: Pick<Manifest, 'kernels' | 'budget'>,
  shard: { readonly index: number; readonly count: number },
  mode: 'guard' | 'retune',
): ShardKernels {
  const expected = expectedSeconds(manifest, mode);
  const loads = Array.from({ length: shard.count }, () => 0);
  const owners = new Map<string, number>();
  const dealt = manifest.kernels
    .filter((kernel) => !kernel.sentinel)
    .map(({ name }) => ({ name, seconds: leastSeconds + (expected.get(name) ?? 0) }))
    .sort((a, b) => b.seconds - a.seconds || compareText(a.name, b.name));
  for (const { name, seconds } of dealt) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least] = loads[least]! + seconds;
    owners.set(name, least);
  }
  const own = manifest.kernels.filter((kernel) => owners.get(kernel.name) === shard.index - 1);
  return {
    names: own.map(({ name }) => name),
    seconds: own.reduce((sum, { name }) => sum + (expected.get(name) ?? 0), 0),
  };
}

/** `Shard 2/8: 5 kernels, about 12 minutes by their budgets.`, for the log. */
export function describeShard(
  { index, count }: { readonly index: number; readonly count: number },
  { names, seconds }: ShardKernels,
): string {
  if (names.length === 0) {
    return `Shard ${index}/${count} has no kernel: there are fewer kernels than shards.`;
  }
  const kernels = names.length === 1 ? '1 kernel' : `${names.length} kernels`;
  return `Shard ${index}/${count}: ${kernels}, about ${Math.ceil(seconds / 60)} min by their budgets.`;
}
