import type { Call, Work } from './calls/index.ts';

/** Shares of a network's work, 0 to 1. */
interface Shares {
  readonly macs: number;
  readonly bytes: number;
}

/** Calls of one workload of one of our operators. */
export interface Called extends Shares {
  readonly call: Call;
  /** Launches per inference. */
  readonly times: number;
  /** What the file calls the operators that it stands for. */
  readonly from: readonly string[];
}

/** Work that no call does. */
export interface LeftOut extends Shares {
  readonly operator: string;
  readonly reason: string;
  /** Runs per inference. */
  readonly times: number;
}

/** A network as calls of our operators, and what they leave out. */
export interface NetworkSummary {
  /** Multiplications with an addition per inference. */
  readonly macs: number;
  /** Bytes that an inference reads and writes, what is fused aside. */
  readonly bytes: number;
  /** The heaviest first. */
  readonly calls: readonly Called[];
  /** What `calls` do of that. */
  readonly covers: Shares;
  /** The heaviest first; shares are of what is counted. */
  readonly leftOut: readonly LeftOut[];
  /** Runs per inference of operators whose shapes are not known, which count for nothing above; among `leftOut`. */
  readonly notCounted: number;
}

export interface SummaryOptions {
  /** Calls below this share of both MACs and bytes are left out. */
  readonly least: number;
  /** Why a call is none; null: it is one. */
  readonly refuse: (call: Call) => string | null;
}

type Sum = { macs: number; bytes: number; times: number };

function add<T extends Sum>(sums: Map<string, T>, key: string, made: () => T, work: Sum): T {
  const sum = sums.get(key) ?? made();
  sums.set(key, sum);
  sum.macs += work.macs;
  sum.bytes += work.bytes;
  sum.times += work.times;
  return sum;
}

const byWeight = (one: Shares, other: Shares) =>
  Math.max(other.macs, other.bytes) - Math.max(one.macs, one.bytes) || other.bytes - one.bytes;

/** Adds up what a network does, by workload. */
export function summarise(all: readonly Work[], { least, refuse }: SummaryOptions): NetworkSummary {
  const total = { macs: 0, bytes: 0 };
  const calls = new Map<string, Sum & { call: Call; from: Set<string> }>();
  const left = new Map<string, Sum & { operator: string; reason: string }>();
  const zero = { macs: 0, bytes: 0, times: 0 };
  const leave = (operator: string, reason: string, work: Sum) =>
    add(left, `${operator}: ${reason}`, () => ({ ...zero, operator, reason }), work);
  for (const work of all) {
    total.macs += work.macs;
    total.bytes += work.bytes;
    const { call, operator } = work;
    const reason = work.reason ?? (call === null ? 'not among our operators' : refuse(call));
    if (call === null || reason !== null) leave(operator, reason ?? '', work);
    else
      add(calls, JSON.stringify(call), () => ({ ...zero, call, from: new Set() }), work).from.add(operator);
  }
  const share = ({ macs, bytes }: Shares) => ({
    macs: total.macs === 0 ? 0 : macs / total.macs,
    bytes: total.bytes === 0 ? 0 : bytes / total.bytes,
  });
  const kept: Called[] = [];
  for (const { call, from, ...sum } of calls.values()) {
    const shares = share(sum);
    if (shares.macs < least && shares.bytes < least)
      leave([...from].join(', '), 'too little to be measured', sum);
    else kept.push({ call, times: sum.times, from: [...from], ...shares });
  }
  return {
    ...total,
    calls: kept.sort(byWeight),
    covers: {
      macs: kept.reduce((sum, one) => sum + one.macs, 0),
      bytes: kept.reduce((sum, one) => sum + one.bytes, 0),
    },
    leftOut: [...left.values()]
      .map(({ operator, reason, times, ...sum }) => ({ operator, reason, times, ...share(sum) }))
      .sort(byWeight),
    notCounted: all.reduce((sum, { isCounted, times }) => sum + (isCounted ? 0 : times), 0),
  };
}
