import { createVariantBuilder, type Variant, variantIdentity } from '../../kernel/index.ts';
import {
  createKernelSpace,
  type KernelDefinition,
  type Network,
  type Workload,
} from '../../manifest/index.ts';
import type { Configuration } from '../../space/index.ts';
import { tunedEntry } from '../../store/index.ts';
import { measureOnce, type OnceMeasured } from '../laboratory/index.ts';
import { optional } from '../optional.ts';
import { budgetOf, type RetuneRun } from './run.ts';

/** A kernel and workload that is to be searched. */
export interface Job {
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  /** What ships. */
  readonly incumbent: Configuration;
}

/** What is known of a job of a network before it is searched. */
export interface Outlook {
  readonly kernel: string;
  readonly workload: string;
  /** Of a launch of what ships; null where it is not known. */
  readonly latencyMs: number | null;
  readonly joules: number | null;
  /** Configurations of this program that an earlier search has tried; at least 1. */
  readonly tried: number;
  /** Configurations that this search may try beyond these. */
  readonly untried: number;
}

/** Part of the time for searching that learning what is worth searching may take. */
const lookingPart = 0.1;

/** Of an equal share, what every kernel gets: each has a gate of its own too. */
const leastPart = 0.25;

/**
 * How many better configurations a search is expected to find. Of trials in any order the n-th is the best so far with
 * probability 1/n, and the sum of these is nearly a logarithm.
 */
function expectedFinds({ tried, untried }: Outlook): number {
  return Math.log((tried + untried) / tried);
}

/** Share of each outlook in what an inference costs; of one whose cost is not known the mean of the others. */
function sharesIn(network: Network, outlooks: readonly Outlook[]): readonly number[] {
  const calls = outlooks.map(
    ({ kernel, workload }) =>
      network.calls.find((call) => call.kernel === kernel && call.workload === workload)?.calls ?? 0,
  );
  const hasEnergy = outlooks.some(({ joules }, i) => calls[i] !== 0 && joules !== null);
  const costs = outlooks.map(({ joules, latencyMs }, i) => {
    const cost = hasEnergy ? joules : latencyMs;
    return cost === null ? null : (calls[i] ?? 0) * cost;
  });
  const known = costs.filter((cost, i) => cost !== null && calls[i] !== 0) as number[];
  const total = known.reduce((sum, cost) => sum + cost, 0);
  const usual = total > 0 ? total / known.length : 1;
  const whole = costs.map((cost, i) => (calls[i] === 0 ? 0 : (cost ?? usual)));
  const sum = whole.reduce((one, other) => one + other, 0);
  return whole.map((cost) => (sum === 0 ? 0 : cost / sum));
}

/**
 * How many times the budget of one kernel and workload each gets: what networks spend on it, times what is expected to be
 * found. Together they get what they would get in equal parts.
 */
export function budgetParts(networks: readonly Network[], outlooks: readonly Outlook[]): readonly number[] {
  const shares = networks.map((network) => sharesIn(network, outlooks));
  const weights = outlooks.map(
    (outlook, i) => expectedFinds(outlook) * shares.reduce((sum, own) => sum + (own[i] ?? 0), 0),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) =>
    total === 0 ? 1 : leastPart + (1 - leastPart) * outlooks.length * (weight / total),
  );
}

/** How many configurations there are, up to a limit; the limit where that cannot be told. */
function sizeUpTo(run: RetuneRun, { kernel, workload }: Job, limit: number): number {
  try {
    return createKernelSpace(kernel, workload, run.laboratory.info.limits).count(limit).value;
  } catch {
    // A constraint that fails for some configuration is the search's to report, with its place in the manifest.
    return limit;
  }
}

/** Measures what ships of each kernel and workload that a network of the manifest launches, once. */
export async function lookAhead(
  run: RetuneRun,
  jobs: readonly Job[],
  options: { readonly deadlineMs: number; readonly warn: (text: string) => void },
): Promise<readonly Outlook[]> {
  const { host, laboratory, tuned, opened } = run;
  const { info, print, clock } = laboratory;
  const calls = opened.manifest.networks.flatMap((network) => network.calls);
  const own = jobs.filter(({ kernel, workload }) =>
    calls.some((call) => call.kernel === kernel.name && call.workload === workload.name),
  );
  const built: { readonly job: Job; readonly variant: Variant | null }[] = [];
  for (const job of own) {
    const { kernel, workload, incumbent } = job;
    const { limits, features } = info;
    const variant = await createVariantBuilder({ kernel, workload, limits, features, print }).build(
      incumbent,
    );
    built.push({ job, variant: variant.ok ? variant.value : null });
  }
  const variants = built.flatMap(({ variant }) => variant ?? []);
  const nowMs = clock.nowMs();
  const deadlineMs = nowMs + lookingPart * (options.deadlineMs - nowMs);
  const cost = 'the time is shared out without knowing what kernels cost';
  const measured = await optional<readonly OnceMeasured[]>({ cost, otherwise: [], warn: options.warn }, () =>
    measureOnce({ host, laboratory, variants, deadlineMs }),
  );
  const { trials } = budgetOf(run);
  return built.map(({ job, variant }) => {
    const { kernel, workload } = job;
    const entry = tunedEntry(tuned, kernel.name, workload.name, info.family);
    const isSame = entry !== null && variant !== null && entry.identity === variantIdentity(variant);
    const tried = isSame ? Math.max(1, entry.trials) : 1;
    const once = variant === null ? undefined : measured[variants.indexOf(variant)];
    const known = once === undefined || 'fault' in once ? { latencyMs: null, joules: null } : once;
    const untried = Math.max(0, Math.min(trials, sizeUpTo(run, job, tried + trials) - tried));
    return { kernel: kernel.name, workload: workload.name, ...known, tried, untried };
  });
}
