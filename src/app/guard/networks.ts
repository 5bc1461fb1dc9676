import type { Network as JudgedNetwork } from '../../judge/index.ts';
import type { Variant } from '../../kernel/index.ts';
import type { Network, NetworkCall } from '../../manifest/index.ts';
import { isShared } from '../../measure/index.ts';
import type { Laboratory, OnceMeasured } from '../laboratory/index.ts';
import type { BrokenArm, Contest } from './arms.ts';
import type { Comparison } from './comparison.ts';

/** A network that is judged, as base has it if base does. */
export interface GuardedNetwork {
  readonly network: Network;
  /** Base has no network of its name: it is judged as far as base has its kernels. */
  readonly isNew: boolean;
}

/** What is to be said of one call of a network: see `ReportNetworkPart`. */
export interface NetworkPart extends NetworkCall {
  readonly status: 'compared' | 'alike' | 'new' | 'missing' | 'elsewhere';
  readonly comparison: Comparison | null;
  /** Why there is nothing to compare; null unless it is missing. */
  readonly reason: string | null;
}

/** What became of the kernels. */
export interface Compared {
  readonly comparisons: readonly Comparison[];
  readonly contests: readonly Contest[];
  readonly broken: readonly BrokenArm[];
}

type Key = Pick<NetworkCall, 'kernel' | 'workload'>;

function isOf(a: Key, b: Key): boolean {
  return a.kernel === b.kernel && a.workload === b.workload;
}

function partOf(call: NetworkCall, { comparisons, contests, broken }: Compared): NetworkPart {
  const comparison = comparisons.find((one) => isOf(one, call)) ?? null;
  const failed = broken.find((one) => isOf(one.comparison, call));
  const part = (status: NetworkPart['status'], reason: string | null = null) => ({
    ...call,
    status,
    comparison,
    reason: reason === null ? null : `${call.kernel} ${call.workload}: ${reason}`,
  });
  if (comparison === null) return part('elsewhere');
  if (failed !== undefined) return part('missing', failed.reason);
  switch (comparison.status) {
    case 'changed': {
      const isMeasured = contests.some(({ subject }) => isOf(subject, call));
      return isMeasured ? part('compared') : part('missing', 'it was not measured');
    }
    case 'identical':
    case 'untouched':
      return part('alike');
    case 'new':
      return part('new');
    default:
      return part('missing', comparison.reason);
  }
}

/** What an inference launches, each with what is to be said of it. */
export function partsOf({ network }: GuardedNetwork, compared: Compared): readonly NetworkPart[] {
  return network.calls.map((call) => partOf(call, compared));
}

/** Whether blocks can say anything of a network, or something that fails keeps them from it. */
export function isJudged(parts: readonly NetworkPart[]): boolean {
  const some = (status: NetworkPart['status']) => parts.some((part) => part.status === status);
  return !some('elsewhere') && (some('compared') || some('missing'));
}

/** The program of a side; null where none was built. */
function variantOf({ comparison }: NetworkPart, side: 'base' | 'head'): Variant | null {
  return comparison !== null && (comparison.status === 'identical' || comparison.status === 'changed')
    ? comparison[side].variant
    : null;
}

/** Kernels that are the same on both sides, of networks that others changed in, and so are to be measured once. */
export function aloneIn(
  networks: readonly GuardedNetwork[],
  compared: Compared,
  shared: boolean,
): readonly { readonly part: NetworkPart; readonly variant: Variant }[] {
  const parts = networks
    .map((network) => partsOf(network, compared))
    .filter((all) => {
      const has = (status: NetworkPart['status']) => all.some((part) => part.status === status);
      return shared ? has('compared') || has('elsewhere') : has('compared') && !has('elsewhere');
    })
    .flat();
  const alone = new Map(
    parts.flatMap((part) => {
      const variant = part.status === 'alike' ? variantOf(part, 'head') : null;
      return variant === null ? [] : [[JSON.stringify([part.kernel, part.workload]), { part, variant }]];
    }),
  );
  return [...alone.values()];
}

/** What kernels that are the same on both sides cost a launch. */
export type AloneCosts = readonly (Key & { readonly measured: OnceMeasured })[];

/** Dispatches of a launch; a program of another kind is taken for one. */
function dispatchesOf(part: NetworkPart, side: 'base' | 'head'): number {
  return variantOf(part, side)?.program?.passes.length ?? 1;
}

/**
 * A network as it is judged: what changed, and what is known of the rest.
 * @param alone what the kernels cost that are the same on both sides
 */
export function judgedNetwork(request: {
  readonly guarded: GuardedNetwork;
  readonly parts: readonly NetworkPart[];
  readonly alone: AloneCosts;
  readonly meter: Laboratory['meter'];
}): JudgedNetwork {
  const { parts, alone, meter } = request;
  const { name, gate, launchOverheadMs } = request.guarded.network;
  const [missing] = parts.filter(({ status }) => status === 'missing');
  const alike = parts
    .filter(({ status }) => status === 'alike')
    .map((part) => ({
      part,
      measured: alone.find((one) => isOf(one, part))?.measured ?? { fault: 'it was not measured' },
    }));
  const unknown = (metric: 'joules' | 'latencyMs') => {
    const found = alike.find(({ measured }) => 'fault' in measured || measured[metric] === null);
    if (found === undefined) return null;
    const { part, measured } = found;
    const why = 'fault' in measured ? measured.fault : 'it could not be measured';
    return `what ${part.kernel} ${part.workload} costs, which did not change, is not known (${why})`;
  };
  const sumOf = (metric: 'joules' | 'latencyMs') =>
    alike.reduce(
      (sum, { part, measured }) => sum + part.calls * ('fault' in measured ? 0 : (measured[metric] ?? 0)),
      0,
    );
  const overhead = (side: 'base' | 'head') =>
    parts
      .filter(({ status }) => status === 'compared' || status === 'alike')
      .reduce((sum, part) => sum + launchOverheadMs * part.calls * dispatchesOf(part, side), 0);
  const [joules, latencyMs] = [sumOf('joules'), sumOf('latencyMs')];
  const failing = missing?.reason ?? null;
  return {
    name,
    gate,
    energyEstimated: meter?.info.estimated ?? false,
    energyShared: isShared(meter?.info ?? {}),
    members: parts
      .filter(({ status }) => status === 'compared')
      .map(({ kernel, workload, calls }) => ({ kernel, workload, calls })),
    beside: {
      energy: { base: joules, head: joules },
      latency: { base: latencyMs + overhead('base'), head: latencyMs + overhead('head') },
    },
    lacking: {
      energy: meter === null ? null : (failing ?? unknown('joules')),
      latency: failing ?? unknown('latencyMs'),
    },
  };
}
