import type { Network, SubjectJudgement } from '../../judge/index.ts';
import type { NetworkCall, Verdict } from '../../manifest/index.ts';
import type { BlockSample } from '../../measure/index.ts';
import type { ReportNetwork } from '../../schema/index.ts';
import { inferenceCosts, partFigures } from './inference-cost.ts';
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

/** What a part costs an inference that is the same on both sides; null if that is not known. */
function aloneCost(alone: AloneCosts, part: NetworkCall, figure: 'joules' | 'latencyMs'): number | null {
  const known = alone.find(
    ({ kernel, workload }) => kernel === part.kernel && workload === part.workload,
  )?.measured;
  const cost = known === undefined || 'fault' in known ? null : known[figure];
  return cost === null ? null : part.calls * cost;
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

/** Longest name in a reason. */
const maxNamed = 300;

/** Names of what base does not have, to be put behind a reason; empty where there is nothing. */
export function leftOut(parts: readonly Pick<NetworkPart, 'kernel' | 'workload' | 'status'>[]): string {
  const added = parts
    .filter(({ status }) => status === 'new')
    .map(({ kernel, workload }) => `${kernel} ${workload}`.slice(0, maxNamed));
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
  const { beside, lacking } = judged;
  const measured = { parts, samples: task.samples, beside, lacking };
  const costs = inferenceCosts(measured, judgement, network.inferencesPerDay);
  const hasEnergy = judgement?.metrics.some((one) => one.metric === 'energy' && one.ratio !== null) ?? false;
  return {
    network: network.name,
    verdict,
    reason: `${reason}${leftOut(parts)}`,
    fails: fails && accepted === null,
    failOn: [...network.gate.failOn],
    accepted,
    acceptLabel: network.gate.acceptLabel ?? null,
    covers: network.covers,
    estimated: judged.energyEstimated && hasEnergy,
    ...costs,
    metrics: (judgement?.metrics ?? []).map((one) => ({ ...one })),
    inferencesPerDay: network.inferencesPerDay,
    parts: partFigures(measured, judgement, (part, figure) => aloneCost(task.alone, part, figure)),
    beside,
    lacking,
    margins: { energy: network.gate.energy.margin, latency: network.gate.latency.margin },
    allowsEstimated: network.gate.energy.allowEstimated,
    allowsShared: network.gate.energy.allowShared === true,
  };
}
