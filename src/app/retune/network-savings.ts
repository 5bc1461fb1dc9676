import type { Network, NetworkCall } from '../../manifest/index.ts';
import { kilowattHoursPerMonth } from '../../report/index.ts';
import type { ReportRetuneNetwork } from '../../schema/index.ts';
import { estimateMean, meanInterval, median } from '../../stats/index.ts';
import { medianOrNull } from '../project/index.ts';
import type { Final } from '../tuning/index.ts';
import type { Outlook } from './network-budget.ts';

type Figure = 'joules' | 'latencyMs';
type Part = ReportRetuneNetwork['parts'][number];

/** One kernel and workload of a network, with what became of it. */
interface Member extends NetworkCall {
  /** Of a launch, before and after, block by block; null where it was not replaced. */
  readonly replaced: Readonly<Record<Figure, readonly (readonly [number | null, number | null])[]>> | null;
  /** Of a launch of what shipped before; null where it is not known. */
  readonly before: Readonly<Record<Figure, number | null>>;
  /** Dispatches of a launch before and after. */
  readonly dispatches: readonly [number, number];
}

async function dispatchesOf({ search, contenders }: Final, index: number): Promise<number> {
  const configuration = contenders[index];
  const built = configuration === undefined ? null : await search.builder.build(configuration);
  return built?.ok === true ? (built.value.program?.passes.length ?? 1) : 1;
}

async function memberOf(
  call: NetworkCall,
  finals: readonly Final[],
  outlooks: readonly Outlook[],
): Promise<Member> {
  const isCalled = (kernel: string, workload: string) => kernel === call.kernel && workload === call.workload;
  const final = finals.find(({ search }) => isCalled(search.kernel.name, search.workload.name));
  const outlook = outlooks.find(({ kernel, workload }) => isCalled(kernel, workload));
  const before = { joules: outlook?.joules ?? null, latencyMs: outlook?.latencyMs ?? null };
  if (final === undefined) return { ...call, replaced: null, before, dispatches: [1, 1] };
  const [incumbent, chosen] = [final.samples[0], final.samples[final.selection.index]];
  const dispatches = [
    await dispatchesOf(final, 0),
    await dispatchesOf(final, final.selection.index),
  ] as const;
  // What failed before cost nothing that could be saved.
  if (final.incumbentFailure !== null)
    return { ...call, replaced: null, before: { joules: null, latencyMs: null }, dispatches };
  if (final.selection.index === 0 || incumbent === undefined || chosen === undefined)
    return { ...call, replaced: null, before, dispatches };
  const pairs = (figure: Figure) =>
    incumbent[figure].map((value, block) => [value, chosen[figure][block] ?? null] as const);
  return {
    ...call,
    replaced: { joules: pairs('joules'), latencyMs: pairs('latencyMs') },
    before: { joules: medianOrNull(incumbent.joules), latencyMs: medianOrNull(incumbent.latencyMs) },
    dispatches,
  };
}

/** What an inference costs before and after, in every block in which all that was replaced was measured. */
function rowsOf(
  network: Network,
  members: readonly Member[],
  figure: Figure,
): readonly (readonly [number, number])[] {
  const replaced = members.flatMap((member) => (member.replaced === null ? [] : member.replaced[figure]));
  const blocks = members.flatMap((member) => member.replaced?.[figure].length ?? []);
  if (replaced.length === 0) return [];
  const overhead = figure === 'latencyMs' ? network.launchOverheadMs : 0;
  return Array.from({ length: Math.min(...blocks) }, (_, block) => {
    let [from, to]: [number | null, number | null] = [0, 0];
    for (const { calls, replaced, before, dispatches } of members) {
      const known = before[figure];
      const [one, other] = replaced === null ? [known, known] : (replaced[figure][block] ?? [null, null]);
      from = from === null || one === null ? null : from + calls * (one + overhead * dispatches[0]);
      to = to === null || other === null ? null : to + calls * (other + overhead * dispatches[1]);
    }
    return from === null || to === null ? [] : [[from, to] as const];
  }).flat();
}

function ratioOf(rows: readonly (readonly [number, number])[]) {
  if (rows.length < 2) return null;
  const estimate = estimateMean(rows.map(([from, to]) => Math.log(to / from)));
  const [low, high] = meanInterval(estimate, 0.95);
  return { estimate: Math.exp(estimate.mean), low: Math.exp(low), high: Math.exp(high) };
}

/** What one launch costs less by the medians of its blocks; null where that is not known. */
function savedBy({ replaced }: Member, figure: Figure): number | null {
  if (replaced === null) return 0;
  const [from, to] = [0, 1].map((side) => medianOrNull(replaced[figure].map((pair) => pair[side] ?? null)));
  return from == null || to == null ? null : from - to;
}

/** Why there is no sum, or how it came about. */
function reasonOf(members: readonly Member[], figure: Figure): string {
  const count = members.filter(({ replaced }) => replaced !== null).length;
  const unknown = members.filter(({ before }) => before[figure] === null);
  const said =
    count === 0
      ? 'nothing that it launches was replaced'
      : `${count} of ${members.length} kernels and workloads replaced`;
  const [first] = unknown;
  if (first === undefined) return said;
  const rest = unknown.length - 1;
  return `${said}; what ${first.kernel} ${first.workload}${rest > 0 ? ` and ${rest} more` : ''} cost before is not known`;
}

function partsOf(members: readonly Member[], figure: Figure): readonly Part[] {
  const costs = members.map(({ calls, before }) => {
    const cost = before[figure];
    return cost === null ? null : calls * cost;
  });
  const total = costs.reduce<number | null>(
    (sum, cost) => (sum === null || cost === null ? null : sum + cost),
    0,
  );
  return members.map((member, i) => {
    const saved = savedBy(member, figure);
    const cost = costs[i] ?? null;
    const isKnown = total !== null && total > 0;
    return {
      kernel: member.kernel,
      workload: member.workload,
      calls: member.calls,
      share: cost === null || !isKnown ? null : cost / total,
      change: saved === null || !isKnown ? null : (-member.calls * saved) / total,
    };
  });
}

async function savingsOf(
  network: Network,
  task: {
    readonly finals: readonly Final[];
    readonly outlooks: readonly Outlook[];
    readonly estimated: boolean;
  },
): Promise<ReportRetuneNetwork> {
  const members: Member[] = [];
  for (const call of network.calls) members.push(await memberOf(call, task.finals, task.outlooks));
  const rows = {
    joules: rowsOf(network, members, 'joules'),
    latencyMs: rowsOf(network, members, 'latencyMs'),
  };
  const ratios = { joules: ratioOf(rows.joules), latencyMs: ratioOf(rows.latencyMs) };
  const side = (figure: Figure, isAfter: boolean): number | null => {
    const ratio = ratios[figure];
    const own = rows[figure];
    return ratio === null ? null : median(own.map(([from]) => from)) * (isAfter ? ratio.estimate : 1);
  };
  const cost = (isAfter: boolean) => {
    const latencyMs = side('latencyMs', isAfter);
    return latencyMs === null ? null : { latencyMs, joules: side('joules', isAfter) };
  };
  const hasEnergy = members.some(({ before }) => before.joules !== null);
  const saved = members.map((member) => {
    const joules = savedBy(member, 'joules');
    return joules === null ? null : member.calls * joules;
  });
  const savedJoules =
    !hasEnergy || saved.includes(null) ? null : saved.reduce<number>((all, one) => all + (one ?? 0), 0);
  const { inferencesPerDay } = network;
  const figure = hasEnergy ? 'joules' : 'latencyMs';
  return {
    network: network.name,
    reason: reasonOf(members, figure),
    covers: network.covers,
    estimated: task.estimated && hasEnergy,
    base: cost(false),
    head: cost(true),
    metrics: (['joules', 'latencyMs'] as const).flatMap((one) => {
      const ratio = ratios[one];
      return ratio === null ? [] : [{ metric: one === 'joules' ? 'energy' : 'latency', ratio } as const];
    }),
    savedJoules,
    kWhPerMonth:
      inferencesPerDay === null || savedJoules === null
        ? null
        : kilowattHoursPerMonth(-savedJoules, inferencesPerDay),
    inferencesPerDay,
    parts: [...partsOf(members, figure)],
  };
}

/**
 * What replacing configurations saved of every network that launches something of this run: the sum of calls times what launches cost, before and after, block by
 * block, since finals of all kernels meet in the same blocks.
 */
export async function networkSavings(
  networks: readonly Network[],
  task: Parameters<typeof savingsOf>[1],
): Promise<readonly ReportRetuneNetwork[]> {
  const saved: ReportRetuneNetwork[] = [];
  const isKnown = ({ kernel, workload }: NetworkCall) =>
    task.outlooks.some((one) => one.kernel === kernel && one.workload === workload);
  for (const network of networks.filter(({ calls }) => calls.some(isKnown)))
    saved.push(await savingsOf(network, task));
  return saved;
}
