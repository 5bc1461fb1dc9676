import type { Verdict } from '../../manifest/index.ts';
import type { ReportGuard } from '../../schema/index.ts';
import { mergeReports } from './shards.ts';

/** The reports of one device: one, or one per shard. */
export interface FleetReports {
  /** What its jobs call it. */
  readonly label: string;
  readonly reports: readonly ReportGuard[];
}

/** Longest name of a kernel that leaves room for the device's. */
const maxName = 130;

/** As many as a report may list; the kernels of others are judged all the same. */
const maxDevices = 64;

function nameOn(kernel: string, label: string): string {
  return `${kernel.slice(0, maxName)} on ${label}`;
}

/** A report whose kernels are told apart from those of the same name on other devices. */
function labelled(report: ReportGuard, label: string): ReportGuard {
  const rename = <T extends { readonly kernel: string }>(one: T): T => ({
    ...one,
    kernel: nameOn(one.kernel, label),
  });
  return {
    ...report,
    kernels: report.kernels.map((kernel) => ({ ...rename(kernel), on: label })),
    ...(report.networks === undefined
      ? {}
      : {
          networks: report.networks.map((network) => ({
            ...network,
            network: nameOn(network.network, label),
            on: label,
            parts: network.parts.map(rename),
          })),
        }),
    ...(report.samples === undefined ? {} : { samples: report.samples.map(rename) }),
    warnings: report.warnings.map((warning) => `${label}: ${warning}`.slice(0, 4000)),
    machineChanged:
      report.machineChanged == null ? null : `${label}: ${report.machineChanged}`.slice(0, 2000),
    // A tuned state is of one device; each one's is in its own artifact.
    suggestion: null,
  };
}

/**
 * Judges the reports of several devices together: each on its own samples, sentinels and noise, the adjustment for many
 * tests over all of them. Of one device it is `mergeReports`.
 * @param options.gaps what is missing or not of use, a sentence each; nothing is green with one
 * @throws JoulegateError bad-input for no report, or for reports that do not belong together
 */
export function mergeFleet(options: {
  readonly fleet: readonly FleetReports[];
  readonly gaps: readonly string[];
  readonly failOn: readonly Verdict[] | null;
  readonly labels: readonly string[] | null;
}): ReportGuard {
  const { fleet, ...rest } = options;
  if (fleet.length < 2) return mergeReports({ ...rest, reports: fleet.flatMap(({ reports }) => reports) });
  const merged = mergeReports({
    ...rest,
    acrossDevices: true,
    reports: fleet.flatMap(({ label, reports }) => reports.map((report) => labelled(report, label))),
  });
  return {
    ...merged,
    device: null,
    meter: null,
    meterReason: 'see each device',
    noiseFloor: null,
    devices: fleet.slice(0, maxDevices).map(({ label, reports }) => ({
      label,
      device: reports.find(({ device }) => device !== null)?.device ?? null,
      meter: reports.find(({ meter }) => meter !== null)?.meter ?? null,
    })),
  };
}
