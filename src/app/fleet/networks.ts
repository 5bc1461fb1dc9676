import { type Network, networkName, type SubjectJudgement } from '../../judge/index.ts';
import type { Verdict } from '../../manifest/index.ts';
import { type BlockSample, isShared } from '../../measure/index.ts';
import type { ReportGuard, ReportNetwork } from '../../schema/index.ts';
import { inferenceCosts, leftOut, partFigures } from '../guard/index.ts';

type Part = ReportNetwork['parts'][number];

/** A network as all its jobs together have it. */
export interface FleetNetwork {
  readonly entry: ReportNetwork;
  readonly reports: readonly ReportGuard[];
  /** null where nothing of it changed. */
  readonly judged: Network | null;
}

/** Each part as the job has it that has its kernel. */
function joinParts(entries: readonly ReportNetwork[]): readonly Part[] {
  const [first] = entries;
  return (first?.parts ?? []).map(
    (part, i) =>
      entries.map(({ parts }) => parts[i]).find((one) => one !== undefined && one.status !== 'elsewhere') ??
      part,
  );
}

function lackOf(
  entries: readonly ReportNetwork[],
  parts: readonly Part[],
  metric: 'energy' | 'latency',
): string | null {
  const nowhere = parts.find(({ status }) => status === 'elsewhere');
  if (nowhere !== undefined) return `no job has ${nowhere.kernel} ${nowhere.workload}`;
  return entries.map(({ lacking }) => lacking[metric]).find((why) => why !== null) ?? null;
}

/** Networks of several reports, each job's part of them put together. */
export function joinNetworks(reports: readonly ReportGuard[]): readonly FleetNetwork[] {
  const byName = new Map<string, { entry: ReportNetwork; report: ReportGuard }[]>();
  for (const report of reports) {
    for (const entry of report.networks ?? []) {
      const known = byName.get(entry.network);
      if (known === undefined) byName.set(entry.network, [{ entry, report }]);
      else known.push({ entry, report });
    }
  }
  return [...byName.values()].map((found): FleetNetwork => {
    const entries = found.map(({ entry }) => entry);
    const [first] = entries as [ReportNetwork];
    const parts = joinParts(entries);
    const sum = (metric: 'energy' | 'latency', side: 'base' | 'head') =>
      entries.reduce((total, { beside }) => total + beside[metric][side], 0);
    const sides = (metric: 'energy' | 'latency') => ({
      base: sum(metric, 'base'),
      head: sum(metric, 'head'),
    });
    const beside = { energy: sides('energy'), latency: sides('latency') };
    const isMetered = found.some(({ report }) => report.meter !== null);
    const lacking = {
      energy: isMetered ? lackOf(entries, parts, 'energy') : null,
      latency: lackOf(entries, parts, 'latency'),
    };
    const members = parts.filter(({ status }) => status === 'compared');
    const isLacking = parts.some(({ status }) => status === 'missing' || status === 'elsewhere');
    return {
      entry: { ...first, parts: [...parts], beside, lacking },
      reports: found.map(({ report }) => report),
      judged:
        members.length === 0 && !isLacking
          ? null
          : {
              name: first.network,
              gate: {
                energy: {
                  margin: first.margins.energy,
                  allowEstimated: first.allowsEstimated,
                  allowShared: first.allowsShared,
                },
                latency: { margin: first.margins.latency },
                failOn: first.failOn,
              },
              energyEstimated: found.some(({ report }) => report.meter?.estimated === true),
              energyShared: found.some(({ report }) => isShared(report.meter ?? {})),
              members,
              beside,
              lacking,
            },
    };
  });
}

/** A network's judgement, unless one of the machines that it was measured on moved. */
export function onStillMachines(
  { reports }: FleetNetwork,
  judgement: SubjectJudgement,
  own: (report: ReportGuard) => readonly SubjectJudgement[],
): SubjectJudgement {
  const changed = reports.find(({ machineChanged }) => machineChanged != null)?.machineChanged;
  const moved = reports.flatMap(own).find(({ sentinel, verdict }) => sentinel && verdict === 'environment');
  const why = changed ?? moved?.reason;
  return why == null ? judgement : { ...judgement, verdict: 'environment', reason: why };
}

/** A network's entry, judged anew. */
export function judgedEntry(
  { entry }: FleetNetwork,
  judgement: SubjectJudgement | null,
  policy: {
    readonly failOn: readonly Verdict[];
    readonly acceptedBy: string | null;
    readonly samples: readonly BlockSample[];
  },
): ReportNetwork {
  if (judgement === null) {
    const whole = entry.verdict === 'inconclusive';
    return whole
      ? { ...entry, verdict: 'identical', reason: 'nothing that it launches changed', fails: false }
      : { ...entry, fails: policy.failOn.includes(entry.verdict) };
  }
  const fails = policy.failOn.includes(judgement.verdict);
  const accepted = fails && judgement.verdict === 'regressed' ? policy.acceptedBy : null;
  const measured = { ...entry, samples: policy.samples };
  return {
    ...entry,
    verdict: judgement.verdict,
    reason: `${judgement.reason}${leftOut(entry.parts)}`,
    fails: fails && accepted === null,
    accepted,
    metrics: judgement.metrics.map((metric) => ({ ...metric })),
    ...inferenceCosts(measured, judgement, entry.inferencesPerDay),
    // Of what is the same on both sides jobs hand on the sum.
    parts: partFigures(measured, judgement, () => null),
  };
}

/** What judgements call it. */
export function nameOfNetwork({ entry }: FleetNetwork): string {
  return networkName(entry.network);
}
