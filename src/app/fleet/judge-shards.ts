import { type JudgeOptions, judge, type Subject, type SubjectJudgement } from '../../judge/index.ts';
import { defaultFailOn } from '../../manifest/index.ts';
import { type Arm, type BlockSample, isShared } from '../../measure/index.ts';
import type { ReportGuard } from '../../schema/index.ts';
import { type FleetNetwork, nameOfNetwork, onStillMachines } from './networks.ts';

type Kernel = ReportGuard['kernels'][number];

/** A kernel and workload as one text. */
export function subjectKey(one: { readonly kernel: string; readonly workload: string }): string {
  return JSON.stringify([one.kernel, one.workload]);
}

/** A report, read for judging it together with others. */
export interface Shard {
  readonly report: ReportGuard;
  readonly subjects: readonly Subject[];
  /** Of this report's own kernels only. */
  readonly samples: readonly BlockSample[];
  /** What earlier attempts at them measured, oldest first. */
  readonly earlier: readonly (readonly BlockSample[])[];
}

type ReportedSample = NonNullable<ReportGuard['samples']>[number];

/** What was judged, as far as a report tells it; null for a kernel that was not measured. */
function subjectOf(kernel: Kernel, own: readonly BlockSample[], meter: ReportGuard['meter']): Subject | null {
  const energy = kernel.metrics.find(({ metric }) => metric === 'energy');
  const latency = kernel.metrics.find(({ metric }) => metric === 'latency');
  if (energy === undefined || latency === undefined) return null;
  const arms = new Set(own.map(({ arm }) => arm));
  return {
    kernel: kernel.kernel,
    workload: kernel.workload,
    sentinel: kernel.sentinel,
    gate: {
      energy: { margin: energy.margin, allowEstimated: energy.gates, allowShared: energy.gates },
      latency: { margin: latency.margin },
      // A report that does not say is of an earlier version.
      failOn: kernel.failOn ?? defaultFailOn,
      ...(kernel.acceptLabel == null ? {} : { acceptLabel: kernel.acceptLabel }),
    },
    arms: [...arms] as Arm[],
    energyEstimated: kernel.estimated,
    energyShared: isShared(meter ?? {}),
  };
}

/** Subjects and samples of a report's own kernels. */
export function readShard(report: ReportGuard): Shard {
  const own = new Set(report.kernels.map(subjectKey));
  const all = (report.samples ?? []).filter((sample) => own.has(subjectKey(sample)));
  const samples = all.filter(({ attempt }) => attempt === undefined);
  // Grouped once: reports of hundreds of kernels have tens of thousands of samples.
  const byKernel = groupSamples(samples);
  const subjects = report.kernels.flatMap(
    (kernel) => subjectOf(kernel, byKernel.get(subjectKey(kernel)) ?? [], report.meter) ?? [],
  );
  return { report, subjects, samples, earlier: attemptsIn(all) };
}

function groupSamples(samples: readonly BlockSample[]): ReadonlyMap<string, readonly BlockSample[]> {
  const groups = new Map<string, BlockSample[]>();
  for (const sample of samples) {
    const key = subjectKey(sample);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [sample]);
    else group.push(sample);
  }
  return groups;
}

function attemptsIn(samples: readonly ReportedSample[]): BlockSample[][] {
  const numbers = [...new Set(samples.flatMap(({ attempt }) => attempt ?? []))].sort((a, b) => a - b);
  return numbers.map((number) => samples.filter(({ attempt }) => attempt === number));
}

/** The n-th attempts of all shards together. */
function joinAttempts(shards: readonly Shard[]): BlockSample[][] {
  const most = Math.max(0, ...shards.map(({ earlier }) => earlier.length));
  return Array.from({ length: most }, (_, i) => shards.flatMap(({ earlier }) => earlier[i] ?? []));
}

/**
 * A subject with its gate as it was before the noise floor widened it, as far as that makes a difference: a margin below
 * the floor was widened twofold, which is the most, and would be again.
 */
function unwidened(subject: Subject, floor: ReportGuard['noiseFloor']): Subject {
  const marginOf = (metric: 'energy' | 'latency') => {
    const { margin } = subject.gate[metric];
    return (floor?.[metric] ?? 0) > margin ? margin / 2 : margin;
  };
  const { gate } = subject;
  return {
    ...subject,
    gate: {
      ...gate,
      energy: { ...gate.energy, margin: marginOf('energy') },
      latency: { ...gate.latency, margin: marginOf('latency') },
    },
  };
}

/** What comes of judging shards together. */
export interface ShardJudgements {
  readonly shards: readonly (readonly SubjectJudgement[])[];
  /** One per network; null where nothing of it changed. */
  readonly networks: readonly (SubjectJudgement | null)[];
}

/**
 * Judgements of all shards, of each its own. The adjustment for many tests spans all of them; sentinels and the noise floor speak for the
 * machine they were measured on, and for no other.
 */
export function judgeShards(shards: readonly Shard[], networks: readonly FleetNetwork[]): ShardJudgements {
  const compared = shards.flatMap(({ subjects }) => subjects.filter(({ sentinel }) => !sentinel));
  const together = judge(
    compared,
    shards.flatMap(({ samples }) => samples),
    { earlier: joinAttempts(shards), networks: networks.flatMap(({ judged }) => judged ?? []) },
  );
  const byKernel = new Map(together.map((judgement) => [subjectKey(judgement), judgement]));
  const own = shards.map(({ report, subjects, samples, earlier }) => {
    const options: JudgeOptions = {
      earlier,
      machineChanged: report.machineChanged ?? null,
      ...(report.noiseFloor ? { noiseFloor: report.noiseFloor } : {}),
    };
    const unwide = subjects.map((subject) => unwidened(subject, report.noiseFloor));
    return judge(unwide, samples, options).map((judgement) => {
      if (judgement.sentinel || judgement.verdict === 'environment') return judgement;
      return byKernel.get(subjectKey(judgement)) ?? judgement;
    });
  });
  const ownOf = (report: ReportGuard) => own[shards.findIndex((shard) => shard.report === report)] ?? [];
  return {
    shards: own,
    networks: networks.map((network) => {
      const judgement = together.find(({ kernel }) => kernel === nameOfNetwork(network));
      return judgement === undefined ? null : onStillMachines(network, judgement, ownOf);
    }),
  };
}
