import type { Gate, Network } from '../../manifest/index.ts';

/** What can be told of a network before anything of it is measured. */
export interface NetworkSummary {
  readonly network: string;
  readonly kernels: number;
  readonly workloads: number;
  /** Launches of kernels per inference. */
  readonly calls: number;
  /** Dispatches per inference at the default configurations; null where a kernel's passes are not known. */
  readonly dispatches: number | null;
  readonly covers: Network['covers'];
  readonly margins: { readonly energy: number; readonly latency: number };
}

/** Dispatches of a launch at the default configuration, by `passKey`. */
export type PassCounts = Map<string, number>;

export function passKey(kernel: string, workload: string): string {
  return JSON.stringify([kernel, workload]);
}

function marginsOf({ energy, latency }: Gate): NetworkSummary['margins'] {
  return { energy: energy.margin, latency: latency.margin };
}

export function describeNetwork({ name, calls, covers, gate }: Network, passes: PassCounts): NetworkSummary {
  const dispatches = calls.map((one) => (passes.get(passKey(one.kernel, one.workload)) ?? NaN) * one.calls);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  const known = sum(dispatches);
  return {
    network: name,
    kernels: new Set(calls.map(({ kernel }) => kernel)).size,
    workloads: calls.length,
    calls: sum(calls.map((one) => one.calls)),
    dispatches: Number.isNaN(known) ? null : known,
    covers,
    margins: marginsOf(gate),
  };
}
