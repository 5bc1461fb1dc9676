import type { ReportRetune } from '../../schema/index.ts';
import { type NightReport, portfoliosOf } from './portfolios.ts';

type Kernel = ReportRetune['kernels'][number];
type Network = NonNullable<ReportRetune['networks']>[number];

/** Longest name of a kernel that leaves room for the device's. */
const maxName = 130;
const maxWarnings = 1000;

/** The only value of several, or null. */
function onlyOne<T>(values: readonly T[]): T | null {
  const distinct = new Map(values.map((value) => [JSON.stringify(value), value]));
  return distinct.size === 1 ? (values[0] ?? null) : null;
}

/**
 * What several jobs saved of one network, whose kernels each of them has some of.
 * @param twice whether both searched one of them: what they saved of it is not known apart
 */
function joinNetworks(one: Network, other: Network, twice: boolean): Network {
  const sum = (figure: 'savedJoules' | 'kWhPerMonth') =>
    twice || one[figure] === null || other[figure] === null ? null : one[figure] + other[figure];
  return {
    ...one,
    reason: twice ? 'several jobs searched the same of its kernels' : 'several jobs searched its kernels',
    estimated: one.estimated || other.estimated,
    base: null,
    head: null,
    metrics: [],
    savedJoules: sum('savedJoules'),
    kWhPerMonth: sum('kWhPerMonth'),
    parts: one.parts.map((part) => ({ ...part, share: null, change: null })),
  };
}

/**
 * One report of what several jobs found. Kernels of several devices are named `KERNEL on LABEL`; of one that two jobs
 * retuned, the first counts.
 * @param reports at least one
 */
export function mergeRetunes(reports: readonly NightReport[], warnings: readonly string[]): ReportRetune {
  const first = reports[0]!.report;
  const several = new Set(reports.map(({ label }) => label)).size > 1;
  const nameOf = (name: string, label: string) => (several ? `${name.slice(0, maxName)} on ${label}` : name);
  const keyOf = (...place: readonly [name: string, workload: string]) => JSON.stringify(place);
  const kernels = new Map<string, Kernel>();
  const networks = new Map<string, Network>();
  for (const { label, report } of reports) {
    for (const network of report.networks ?? []) {
      const name = nameOf(network.network, label);
      const known = networks.get(name);
      const twice = report.kernels.some(
        ({ kernel, workload }) =>
          kernels.has(keyOf(nameOf(kernel, label), workload)) &&
          network.parts.some((part) => part.kernel === kernel && part.workload === workload),
      );
      networks.set(name, {
        ...(known === undefined ? network : joinNetworks(known, network, twice)),
        network: name,
      });
    }
    for (const kernel of report.kernels) {
      const name = nameOf(kernel.kernel, label);
      const key = keyOf(name, kernel.workload);
      if (!kernels.has(key)) kernels.set(key, { ...kernel, kernel: name });
    }
  }
  const portfolios = portfoliosOf(reports);
  const all = [...warnings, ...reports.flatMap(({ report }) => report.warnings)];
  return {
    ...first,
    durationSeconds: Math.max(...reports.map(({ report }) => report.durationSeconds)),
    exitCode: Math.max(...reports.map(({ report }) => report.exitCode)) as ReportRetune['exitCode'],
    device: onlyOne(reports.map(({ report }) => report.device)),
    meter: onlyOne(reports.map(({ report }) => report.meter)),
    warnings: [...new Set(all.map((warning) => warning.slice(0, 4000)))].slice(0, maxWarnings),
    kernels: [...kernels.values()],
    ...(portfolios.length === 0 ? {} : { portfolios }),
    ...(networks.size === 0 ? {} : { networks: [...networks.values()] }),
  };
}
