import type { BlockSample } from '../measure/index.ts';
import { mean } from '../stats/index.ts';
import { type Evidence, leastSdOf } from './evidence.ts';
import { type EffectiveMargin, type JudgeOptions, mayGate } from './options.ts';
import {
  attemptOf,
  type Differences,
  estimateOf,
  isOfThisAttempt,
  type Pair,
  pairsOf,
  readMetric,
  resolutionOf,
  type SubjectKey,
} from './pairs.ts';
import { type Metric, metrics, type Network, type NetworkMember, type Subject } from './types.ts';

/** What a judgement of a network names as its kernel. No kernel's name has a blank. */
export function networkName(name: string): string {
  return `network ${name}`;
}

/** What a network is judged as. */
export function networkSubject({ name, gate, energyEstimated, energyShared }: Network): Subject {
  return {
    kernel: networkName(name),
    workload: 'per inference',
    gate,
    sentinel: false,
    arms: ['B', 'H'],
    energyEstimated,
    ...(energyShared === undefined ? {} : { energyShared }),
  };
}

/** One pair of each member. */
type Row = readonly Pair[];

type SamplesOf = (subject: SubjectKey) => readonly BlockSample[];

function readPair({ from, to }: Pair, metric: Metric): readonly [number, number] | null {
  const [before, after] = [readMetric(from, metric), readMetric(to, metric)];
  return before === null || after === null ? null : [before, after];
}

/**
 * Pairs of all members, lined up: those of one block first, because what moves a board or a process moves all that is
 * measured there; then, of what is left, the n-th of each beside the n-th of the others.
 */
function rowsOf(pairs: readonly (readonly Pair[])[]): readonly Row[] {
  const byBlock = pairs.map((own) => new Map(own.map((pair) => [pair.from.block, pair])));
  const shared = [...(byBlock[0]?.keys() ?? [])].filter((block) => byBlock.every((own) => own.has(block)));
  const together = shared.map((block) => byBlock.flatMap((own) => own.get(block) ?? []));
  const left = pairs.map((own) => own.filter(({ from }) => !shared.includes(from.block)));
  const rest = Math.min(...left.map((own) => own.length), left.length === 0 ? 0 : Number.POSITIVE_INFINITY);
  return [...together, ...Array.from({ length: rest }, (_, i) => left.flatMap((own) => own[i] ?? []))];
}

/** The sum of a network on both sides in one row. */
function sumOf(network: Network, row: Row, metric: Metric): readonly [number, number] {
  const beside = network.beside[metric];
  return row.reduce<readonly [number, number]>(
    ([base, head], pair, i) => {
      const [before, after] = readPair(pair, metric) ?? [0, 0];
      const calls = network.members[i]?.calls ?? 0;
      return [base + calls * before, head + calls * after];
    },
    [beside.base, beside.head],
  );
}

/** What part of base's sum a member is, on average over rows; 0 without rows. */
function shareOf(network: Network, rows: readonly Row[], metric: Metric, member: number): number {
  const shares = rows.map((row) => {
    const pair = row[member];
    const before = pair === undefined ? 0 : (readPair(pair, metric)?.[0] ?? 0);
    return ((network.members[member]?.calls ?? 0) * before) / sumOf(network, row, metric)[0];
  });
  return shares.length === 0 ? 0 : mean(shares);
}

function variance({ from, to }: Pair, metric: Metric): number {
  return (resolutionOf(from, metric) ** 2 + resolutionOf(to, metric) ** 2) / 12;
}

/** Valid flagging pairs of a member, and what became of the others. */
function memberPairs(member: NetworkMember, samplesOf: SamplesOf, metric: Metric) {
  const all = pairsOf({ samples: samplesOf(member), phase: 'flag', from: 'B', to: 'H' });
  return {
    all,
    valid: all.filter((pair) => readPair(pair, metric) !== null),
  };
}

/**
 * Evidence on a network: of every block in which all its members were measured, the log ratio of head's sum to base's. The
 * blocks are those that flag kernels: nothing chose the network for how they came out, so they may decide about it. Blocks
 * in which only some members were measured are left out, for those were measured again because of what they showed.
 *
 * The least spread is a kernel's, smaller by as much as the sum of independent members spreads less.
 */
export function gatherNetworkEvidence(
  network: Network,
  samplesOf: SamplesOf,
  options: Required<JudgeOptions>,
): readonly Evidence[] {
  const subject = networkSubject(network);
  const attempt = Math.max(1, ...network.members.map((member) => attemptOf(member, options.earlier)));
  return metrics.map((metric) => {
    const members = network.members.map((member) => memberPairs(member, samplesOf, metric));
    const lacking = network.lacking[metric];
    const rows = lacking === null ? rowsOf(members.map(({ valid }) => valid)) : [];
    const weights = network.members.map((_, i) => shareOf(network, rows, metric, i));
    const variances = rows.map((row) =>
      row.reduce((sum, pair, i) => sum + (weights[i] as number) ** 2 * variance(pair, metric), 0),
    );
    const reasons = members.flatMap(({ all }) =>
      all.flatMap(({ from, to }) => [...from.voidReasons, ...to.voidReasons]),
    );
    const flag: Differences = {
      values: rows.map((row) => {
        const [base, head] = sumOf(network, row, metric);
        return Math.log(head / base);
      }),
      resolutionSd: rows.length === 0 ? 0 : Math.sqrt(mean(variances)),
      voidReasons: [...new Set(reasons)],
      disturbed: 0,
      measured: members.some(({ valid }) => valid.length > 0) || reasons.length > 0,
    };
    // A kernel's noise says little of a sum; what it spreads is seen.
    const margin: EffectiveMargin = { margin: subject.gate[metric].margin, widened: false, tooNoisy: false };
    const estimate = estimateOf(flag, 'flag', leastSdOf(margin) * Math.hypot(...weights));
    return {
      subject,
      network,
      metric,
      attempt,
      gates: mayGate(subject, metric) && (flag.measured || lacking !== null),
      margin,
      flag,
      confirm: { values: [], resolutionSd: 0, voidReasons: [], disturbed: 0, measured: false },
      flagEstimate: estimate,
      confirmEstimate: null,
      estimate,
      freshBlocks: rows.filter((row) => row.some(isOfThisAttempt)).length,
      flagged: false,
    };
  });
}
