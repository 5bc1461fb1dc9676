/** What configurations cost on one device, by a key of their own. One that failed, or was not tried, is not in it. */
export interface DeviceCosts {
  readonly device: string;
  readonly costs: ReadonlyMap<string, number>;
}

/** A few configurations that serve several devices. */
export interface Portfolio {
  /** Keys; at most as many as were asked for, none if no device has a cost. */
  readonly members: readonly string[];
  /** Per member and device, in the order given: the device's lowest cost over its own, in (0, 1]; null where it has none. */
  readonly shares: readonly (readonly (number | null)[])[];
  /** The least that any device reaches with the best member for it; 0 if one has no member that works there. */
  readonly worstShare: number;
}

/**
 * A device's own best is mostly a spike that fails on the next one. Of sets whose worst share is within this of 1 the one
 * whose members are good on all devices is better.
 */
const spared = 0.03;

/** What is not known to work on a device counts as this share of its best. */
const unknownShare = 0.02;

/** Gains in a share below this are none: they are not worth a member that is good in one place only. */
const worthwhile = 0.001;

/** One row of log shares per configuration, one column per device. */
type Rows = readonly Float64Array[];

interface Set {
  readonly members: readonly number[];
  /** Least over the devices of the best member's log share, at most that of a share which is spared. */
  readonly worst: number;
  /** The same, mean over the devices. */
  readonly reached: number;
  /** Mean log share over members and devices. */
  readonly mean: number;
}

function assess(rows: Rows, means: Float64Array, members: readonly number[]): Set {
  const devices = rows[0]?.length ?? 0;
  const enough = Math.log(1 - spared);
  let worst = enough;
  let sum = 0;
  for (let device = 0; device < devices; device++) {
    let best = Number.NEGATIVE_INFINITY;
    for (const member of members) best = Math.max(best, rows[member]?.[device] as number);
    worst = Math.min(worst, best);
    sum += Math.min(enough, best);
  }
  const mean = members.reduce((total, member) => total + (means[member] as number), 0) / members.length;
  return { members, worst, reached: sum / devices, mean };
}

function isBetter(a: Set, b: Set | null): boolean {
  if (b === null) return true;
  if (Math.abs(a.worst - b.worst) > worthwhile) return a.worst > b.worst;
  if (Math.abs(a.reached - b.reached) > worthwhile) return a.reached > b.reached;
  return a.mean - b.mean > worthwhile;
}

/** The best set with the member at `place` exchanged for, or without one there a member added of, any configuration. */
function improve(rows: Rows, means: Float64Array, set: Set | null, place: number): Set | null {
  let best = set;
  for (let row = 0; row < rows.length; row++) {
    if (set?.members.includes(row)) continue;
    const members = [...(set?.members ?? [])];
    members[place] = row;
    const found = assess(rows, means, members);
    if (isBetter(found, best)) best = found;
  }
  return best;
}

/**
 * At most `size` configurations with the least worst regret, then the least mean regret: they are added one by one while
 * that helps, each followed by exchanges while any helps. Of sets equal in both, the one whose members are better in the mean over
 * all devices is taken, which may add an all-rounder: the next device is none of those that were measured.
 * @param devices a cost of any kind, above 0, lower is better; devices need not have tried the same configurations
 * @param size at least 1
 */
export function choosePortfolio(devices: readonly DeviceCosts[], size: number): Portfolio {
  const measured = devices.map(({ costs }) => costs);
  const lowest = measured.map((costs) => {
    let least = Number.POSITIVE_INFINITY;
    for (const cost of costs.values()) least = Math.min(least, cost);
    return least;
  });
  const keys = [...new Set(measured.flatMap((costs) => [...costs.keys()]))].sort();
  const share = (key: string, device: number) => {
    const cost = measured[device]?.get(key);
    return cost === undefined ? null : (lowest[device] as number) / cost;
  };
  const known = lowest.flatMap((least, device) => (Number.isFinite(least) ? [device] : []));
  const rows = keys.map((key) =>
    Float64Array.from(known, (device) => Math.log(Math.max(unknownShare, share(key, device) ?? 0))),
  );
  const means = Float64Array.from(rows, (row) => row.reduce((sum, value) => sum + value, 0) / row.length);
  let chosen: Set | null = null;
  for (let place = 0; place < size; place++) {
    let next = improve(rows, means, chosen, place);
    if (next === null || next === chosen) break;
    for (let before: Set | null = null; before !== next; ) {
      before = next;
      for (let at = 0; at <= place; at++) next = improve(rows, means, next, at) as Set;
    }
    chosen = next;
  }
  const members = (chosen?.members ?? []).map((row) => keys[row] as string);
  const shares = members.map((key) => devices.map((_, device) => share(key, device)));
  const reached = known.map((device) => Math.max(...shares.map((row) => row[device] ?? 0)));
  return { members, shares, worstShare: reached.length === 0 ? 0 : Math.min(...reached) };
}
