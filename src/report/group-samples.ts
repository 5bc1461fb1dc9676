import type { GuardKernel, GuardReport } from './types.ts';

type Sample = NonNullable<GuardReport['samples']>[number];

/** Samples of a report by kernel and workload, grouped once: a report may have tens of thousands. */
export function groupSamples(report: GuardReport): (kernel: GuardKernel) => readonly Sample[] {
  const groups = new Map<string, Sample[]>();
  const keyOf = (one: { readonly kernel: string; readonly workload: string }) =>
    JSON.stringify([one.kernel, one.workload]);
  for (const sample of report.samples ?? []) {
    const key = keyOf(sample);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [sample]);
    else group.push(sample);
  }
  return (kernel) => groups.get(keyOf(kernel)) ?? [];
}
