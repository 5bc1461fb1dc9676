import type { Network, SubjectJudgement } from '../../judge/index.ts';
import type { Verdict } from '../../manifest/index.ts';
import type { Arm, BlockSample } from '../../measure/index.ts';
import { kilowattHoursPerMonth } from '../../report/index.ts';
import type { ReportNetwork } from '../../schema/index.ts';
import { medianOrNull } from '../project/index.ts';
import type { AloneCosts, GuardedNetwork, NetworkPart } from './networks.ts';

/** What a report says of a network, before and after it is judged anew. */
export interface NetworkTask {
  readonly guarded: GuardedNetwork;
  readonly parts: readonly NetworkPart[];
  readonly judged: Network;
  readonly alone: AloneCosts;
  /** null where it was not judged. */
  readonly judgement: SubjectJudgement | null;
  readonly samples: readonly BlockSample[];
  /** Why base cannot be read; null if it can, or is not there. */
  readonly baseProblem: string | null;
  readonly failOn: readonly Verdict[];
  readonly acceptedBy: string | null;
}

type Metric = 'joules' | 'latencyMs';

function costOf(samples: readonly BlockSample[], part: NetworkPart, arm: Arm, metric: Metric): number | null {
  return medianOrNull(
    samples
      .filter(
        (sample) =>
          sample.kernel === part.kernel &&
          sample.workload === part.workload &&
          sample.arm === arm &&
          sample.voidReasons.length === 0,
      )
      .map((sample) => sample[metric]),
  );
}

/** What calls of a part cost an inference on a side; null if that is not known. */
function partCost({ samples, alone }: NetworkTask, part: NetworkPart, arm: Arm, metric: Metric) {
  if (part.status === 'compared') {
    const cost = costOf(samples, part, arm, metric);
    return cost === null ? null : part.calls * cost;
  }
  const known = alone.find(
    ({ kernel, workload }) => kernel === part.kernel && workload === part.workload,
  )?.measured;
  const cost = known === undefined || 'fault' in known ? null : known[metric];
  return cost === null ? null : part.calls * cost;
}

/** What an inference costs in base; null where some of it is not known. */
function baseCost(task: NetworkTask, metric: Metric): number | null {
  const { judged, parts } = task;
  const key = metric === 'joules' ? 'energy' : 'latency';
  if (task.judgement === null || judged.lacking[key] !== null) return null;
  const costs = parts
    .filter(({ status }) => status === 'compared')
    .map((part) => partCost(task, part, 'B', metric));
  if (costs.length === 0 || costs.some((cost) => cost === null)) return null;
  return costs.reduce<number>((sum, cost) => sum + (cost ?? 0), judged.beside[key].base);
}

function ratioOf({ judgement }: NetworkTask, metric: 'energy' | 'latency'): number | null {
  return judgement?.metrics.find((one) => one.metric === metric)?.ratio?.estimate ?? null;
}

/** Verdict of a network that no block says anything of, and why. */
function unjudged({ parts, guarded, baseProblem }: NetworkTask): readonly [Verdict, string] {
  if (baseProblem !== null) return ['missing-baseline', `base cannot be read: ${baseProblem}`];
  const elsewhere = parts.filter(({ status }) => status === 'elsewhere');
  if (elsewhere.length > 0)
    return ['inconclusive', `${elsewhere.length} of its kernels and workloads are not in this run`];
  const added = parts.some(({ status }) => status === 'new');
  return added || guarded.isNew
    ? ['new', 'nothing of it that base has changed']
    : ['identical', 'nothing that it launches changed'];
}

function leftOut(parts: readonly NetworkPart[]): string {
  const added = parts
    .filter(({ status }) => status === 'new')
    .map(({ kernel, workload }) => `${kernel} ${workload}`);
  if (added.length === 0) return '';
  const rest = added.length - 3;
  return `; left out, because base does not have them: ${added.slice(0, 3).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** One network of a guard report. */
export function networkReport(task: NetworkTask): ReportNetwork {
  const { guarded, parts, judged, judgement, failOn } = task;
  const { network } = guarded;
  const [verdict, reason] =
    judgement === null ? unjudged(task) : ([judgement.verdict, judgement.reason] as const);
  const isElsewhere = parts.some(({ status }) => status === 'elsewhere');
  const fails = !isElsewhere && failOn.includes(verdict);
  const accepted = fails && verdict === 'regressed' ? task.acceptedBy : null;
  const [joules, latencyMs] = [baseCost(task, 'joules'), baseCost(task, 'latencyMs')];
  const [energy, latency] = [ratioOf(task, 'energy'), ratioOf(task, 'latency')];
  const metric = joules === null ? 'latencyMs' : 'joules';
  const total = joules ?? latencyMs;
  return {
    network: network.name,
    verdict,
    reason: `${reason}${leftOut(parts)}`,
    fails: fails && accepted === null,
    failOn: [...network.gate.failOn],
    accepted,
    acceptLabel: network.gate.acceptLabel ?? null,
    covers: network.covers,
    estimated: judged.energyEstimated && energy !== null,
    base: latencyMs === null ? null : { latencyMs, joules },
    head:
      latencyMs === null || latency === null
        ? null
        : {
            latencyMs: latencyMs * latency,
            joules: joules === null || energy === null ? null : joules * energy,
          },
    metrics: (judgement?.metrics ?? []).map((one) => ({ ...one })),
    kWhPerMonth:
      network.inferencesPerDay === null || joules === null || energy === null
        ? null
        : kilowattHoursPerMonth((energy - 1) * joules, network.inferencesPerDay),
    inferencesPerDay: network.inferencesPerDay,
    parts: parts.map((part) => {
      const base = total === null ? null : partCost(task, part, 'B', metric);
      const head = part.status === 'alike' ? base : partCost(task, part, 'H', metric);
      return {
        kernel: part.kernel,
        workload: part.workload,
        calls: part.calls,
        status: part.status,
        share: base === null || total === null ? null : Math.min(1, base / total),
        change: base === null || head === null || total === null ? null : (head - base) / total,
      };
    }),
    beside: judged.beside,
    lacking: judged.lacking,
    margins: { energy: network.gate.energy.margin, latency: network.gate.latency.margin },
    allowsEstimated: network.gate.energy.allowEstimated,
    allowsShared: network.gate.energy.allowShared === true,
  };
}
