import { rankMembers } from '../../src/runtime/portfolio.ts';
import { choosePortfolio, type DeviceCosts } from '../../src/search/index.ts';
import { quantile, sortSamples } from '../../src/stats/index.ts';
import { type RecordedDevice, recordedDevices, recordedLatencies } from './devices.ts';
import { round } from './methodology.ts';

const size = 3;

/** What a device that nobody measured reaches of its own best, in percent; 0 where it does not work there. */
export interface PortfolioResult {
  readonly space: string;
  /** The device left out. */
  readonly device: string;
  /** The member that the runtime picks without measuring. */
  readonly pickedPercent: number;
  /** The best member: what measuring them all would choose. */
  readonly bestMemberPercent: number;
  /** The one configuration that is best in the mean over the other devices. */
  readonly bestMeanPercent: number;
  /** The fastest of the device most alike by name: what the runtime picked before. */
  readonly nearestPercent: number;
  /** The recordings name no default: the configuration that is the median of the other devices' orders stands for one. */
  readonly defaultPercent: number;
}

function leastOf(costs: Iterable<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const cost of costs) least = Math.min(least, cost);
  return least;
}

/** Of keys the one of the highest score; the first of equals. */
function best(keys: readonly string[], scoreOf: (key: string) => number): string {
  let [found, highest] = [keys[0] as string, Number.NEGATIVE_INFINITY];
  for (const key of keys) {
    const score = scoreOf(key);
    if (score > highest) [found, highest] = [key, score];
  }
  return found;
}

function leaveOut(space: string, left: RecordedDevice, others: readonly RecordedDevice[]): PortfolioResult {
  const own = recordedLatencies(left);
  const lowest = leastOf(own.values());
  const percent = (key: string) => round((100 * lowest) / (own.get(key) ?? Number.POSITIVE_INFINITY), 1);
  const devices = others.map(
    (device): DeviceCosts => ({ device: device.family, costs: recordedLatencies(device) }),
  );
  const least = devices.map(({ costs }) => leastOf(costs.values()));
  const keys = [...new Set(devices.flatMap(({ costs }) => [...costs.keys()]))];
  const meanShare = (key: string) =>
    devices.reduce(
      (sum, { costs }, i) => sum + (least[i] as number) / (costs.get(key) ?? Number.POSITIVE_INFINITY),
      0,
    );
  const { members, shares } = choosePortfolio(devices, size);
  const portfolio = {
    workload: {},
    devices: others.map(({ family }) => ({ family, subgroups: null })),
    members: members.map((_, configuration) => ({ configuration, shares: shares[configuration] ?? [] })),
  };
  const [picked] = rankMembers(portfolio, { family: left.family, subgroups: [1, 1] });
  const nearest = devices[
    Math.max(
      0,
      others.findIndex(({ vendor }) => vendor === left.vendor),
    )
  ] as DeviceCosts;
  const middle = quantile(sortSamples(keys.map(meanShare)), 0.5);
  return {
    space,
    device: left.family,
    pickedPercent: percent(members[picked ?? 0] ?? ''),
    bestMemberPercent: Math.max(...members.map(percent)),
    bestMeanPercent: percent(best(keys, meanShare)),
    nearestPercent: percent(best([...nearest.costs.keys()], (key) => -(nearest.costs.get(key) as number))),
    defaultPercent: percent(best(keys, (key) => -Math.abs(meanShare(key) - middle))),
  };
}

/** Every device left out in turn. */
export function leaveOneOut(folder: string): readonly PortfolioResult[] {
  return recordedDevices(folder).flatMap(({ space, devices }) =>
    devices.map((left) =>
      leaveOut(
        space,
        left,
        devices.filter((device) => device !== left),
      ),
    ),
  );
}
