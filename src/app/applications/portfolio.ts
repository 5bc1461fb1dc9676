import { type KernelDefinition, objectives, objectiveValue } from '../../manifest/index.ts';
import type { RuntimePortfolio } from '../../schema/index.ts';
import { choosePortfolio, type DeviceCosts } from '../../search/index.ts';
import type { Configuration, Space } from '../../space/index.ts';
import type { Recording } from '../../store/index.ts';
import type { Parameters } from './programs.ts';

/** Devices that a portfolio has room for. */
const mostDevices = 64;

/** A portfolio whose members are configurations yet, not indices. */
export interface ChosenPortfolio {
  readonly workload: Parameters;
  readonly devices: RuntimePortfolio['devices'];
  readonly members: readonly {
    readonly configuration: Configuration;
    readonly shares: readonly (number | null)[];
  }[];
  /** The least that any device reaches with the best member for it. */
  readonly worstShare: number;
}

type Row = Recording['measurements'][number];

function configurationOf({ tunables }: Recording, { values }: Row): Configuration {
  return Object.fromEntries(
    tunables.map((tunable, index) => [tunable.name, tunable.values[values[index] ?? -1] ?? '']),
  );
}

/** One device's lowest cost of every configuration that is in the space, over its recordings. */
function costsOf(
  recordings: readonly Recording[],
  space: Space,
  minimize: KernelDefinition['objective']['minimize'],
): ReadonlyMap<string, number> {
  const costs = new Map<string, number>();
  for (const recording of recordings) {
    for (const row of recording.measurements) {
      const point = space.point(configurationOf(recording, row));
      if (point === null || row.failure !== undefined) continue;
      const cost = objectiveValue(minimize, { latencyMs: row.latencyMs ?? null, joules: row.joules ?? null });
      if (cost === null || cost <= 0) continue;
      const key = point.join();
      costs.set(key, Math.min(cost, costs.get(key) ?? Number.POSITIVE_INFINITY));
    }
  }
  return costs;
}

function byKey<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

function portfolioOf(
  recordings: readonly Recording[],
  space: Space,
  task: { readonly kernel: KernelDefinition; readonly size: number },
): ChosenPortfolio | null {
  const families = [...byKey(recordings, ({ device }) => device.family)].slice(0, mostDevices);
  const { minimize } = task.kernel.objective;
  const costs = (by: typeof minimize): DeviceCosts[] =>
    families.map(([device, own]) => ({ device, costs: costsOf(own, space, by) }));
  const wanted = costs(minimize);
  // Energy that some device has none of compares nothing; latency is what all of them have.
  const isKnown = objectives[minimize].energy === 0 || wanted.every(({ costs: own }) => own.size > 0);
  const devices = isKnown ? wanted : costs('latency');
  const { members, shares, worstShare } = choosePortfolio(devices, task.size);
  if (members.length === 0) return null;
  return {
    workload: recordings[0]!.workload.parameters,
    devices: families.map(([family, own]) => ({ family, subgroups: own[0]!.device.subgroups ?? null })),
    members: members.map((key, index) => ({
      configuration: space.configuration(key.split(',').map(Number)),
      shares: shares[index] ?? [],
    })),
    worstShare,
  };
}

/**
 * For each workload that recordings of a kernel have, the few configurations that serve all the devices which measured it.
 * @param task.space of the kernel without its constraints, which depend on the device
 * @param task.size most configurations of a portfolio
 */
export function choosePortfolios(
  recordings: readonly Recording[],
  task: { readonly kernel: KernelDefinition; readonly space: Space; readonly size: number },
): readonly ChosenPortfolio[] {
  const own = recordings.filter(({ kernel }) => kernel === task.kernel.name);
  const workloads = byKey(own, ({ workload }) => JSON.stringify(Object.entries(workload.parameters).sort()));
  return [...workloads.values()].flatMap((group) => portfolioOf(group, task.space, task) ?? []);
}
