import type { Gate, Verdict } from '../manifest/index.ts';
import type { Arm } from '../measure/index.ts';

export type Metric = 'energy' | 'latency';

export const metrics: readonly Metric[] = ['energy', 'latency'];

/** One kernel and workload under comparison. */
export interface Subject {
  readonly kernel: string;
  readonly workload: string;
  readonly gate: Gate;
  readonly sentinel: boolean;
  /** Arms that exist for it; B and H at least. */
  readonly arms: readonly Arm[];
  /** True if the energy comes from a model of ours, not from a sensor. */
  readonly energyEstimated: boolean;
  /** True if the energy also is of what is no part of the GPU's board. */
  readonly energyShared?: boolean;
}

/** A kernel and workload that an inference of a network launches, and that is measured on both sides. */
export interface NetworkMember {
  readonly kernel: string;
  readonly workload: string;
  /** Launches per inference. */
  readonly calls: number;
}

/** Kernels whose costs add up, with a gate on the sum. */
export interface Network {
  readonly name: string;
  readonly gate: Gate;
  /** As of a subject. */
  readonly energyEstimated: boolean;
  readonly energyShared?: boolean;
  /** Each kernel and workload once; all of them subjects of the same judgement. */
  readonly members: readonly NetworkMember[];
  /** What an inference costs beside its members, in joules or milliseconds: kernels that are the same on both sides, overheads. */
  readonly beside: Readonly<Record<Metric, { readonly base: number; readonly head: number }>>;
  /** Why nothing can be said of a metric, whatever was measured; null if nothing stands against it. */
  readonly lacking: Readonly<Record<Metric, string | null>>;
}

/** What is measured next. */
export type JudgePlan =
  | {
      readonly phase: 'flag' | 'confirm';
      readonly blocks: number;
      readonly subjects: readonly { readonly kernel: string; readonly workload: string }[];
    }
  | { readonly phase: 'done' };

/** A ratio H/B with its 95 % confidence interval. */
export interface Ratio {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

export interface MetricJudgement {
  readonly metric: Metric;
  readonly verdict: 'regressed' | 'improved' | 'unchanged' | 'inconclusive' | 'environment';
  readonly ratio: Ratio | null;
  readonly margin: number;
  /** Whether this metric may fail the run. */
  readonly gates: boolean;
  readonly blocks: number;
  /** Those of them that were measured to confirm a flag; 0 where the flag was not followed up, or there was none. */
  readonly freshBlocks: number;
  readonly flagged: boolean;
  /** p of the confirmation, adjusted for the number of tests (Holm) and of attempts; null if not flagged. */
  readonly confirmP: number | null;
  /** Why, in one sentence a person reads. */
  readonly reason: string;
}

export interface SubjectJudgement {
  readonly kernel: string;
  readonly workload: string;
  readonly sentinel: boolean;
  readonly verdict: Verdict;
  readonly metrics: readonly MetricJudgement[];
  /** Where a movement comes from; null without X. */
  readonly attribution: 'code' | 'tuning' | 'both' | null;
  readonly reason: string;
}
