import type { Arm, BlockSample } from '../measure/index.ts';
import { estimateMean, type MeanEstimate, mean } from '../stats/index.ts';
import { schedule } from './levels.ts';
import type { Metric } from './types.ts';

/** What names a subject. */
export interface SubjectKey {
  readonly kernel: string;
  readonly workload: string;
}

/** Two arms of one block. */
export interface Pair {
  readonly from: BlockSample;
  readonly to: BlockSample;
}

/** Looks up the samples of a subject, in the order given; sorted out once, because judging asks often. */
export function samplesBySubject(
  samples: readonly BlockSample[],
): (subject: SubjectKey) => readonly BlockSample[] {
  const byKernel = new Map<string, Map<string, BlockSample[]>>();
  for (const sample of samples) {
    const byWorkload = byKernel.get(sample.kernel) ?? new Map<string, BlockSample[]>();
    byKernel.set(sample.kernel, byWorkload);
    const list = byWorkload.get(sample.workload);
    if (list === undefined) byWorkload.set(sample.workload, [sample]);
    else list.push(sample);
  }
  return ({ kernel, workload }) => byKernel.get(kernel)?.get(workload) ?? [];
}

/** Further apart than any two blocks of one attempt. */
const attemptStride = 1_000_000;

/** This attempt's samples with those of earlier ones, their blocks numbered apart. */
export function poolAttempts(
  samples: readonly BlockSample[],
  earlier: readonly (readonly BlockSample[])[],
): readonly BlockSample[] {
  if (earlier.length === 0) return samples;
  const apart = earlier.map((attempt, i) =>
    attempt.map((sample) => ({ ...sample, block: sample.block + (i + 1) * attemptStride })),
  );
  return [...apart.flat(), ...samples];
}

/** Whether a pair is not one of those that were pooled with it. */
export function isOfThisAttempt({ from }: Pair): boolean {
  return from.block < attemptStride;
}

/** Which attempt at a subject's comparison this is: 1 plus the earlier ones that measured it. */
export function attemptOf(subject: SubjectKey, earlier: readonly (readonly BlockSample[])[]): number {
  const measured = earlier.filter((attempt) =>
    attempt.some(({ kernel, workload }) => kernel === subject.kernel && workload === subject.workload),
  );
  return 1 + measured.length;
}

/**
 * The blocks of a phase in which both arms were tried. Samples of one block pair up in the order given, so that shards
 * which numbered their blocks alike are not mixed.
 */
export function pairsOf(request: {
  /** Of one subject. */
  readonly samples: readonly BlockSample[];
  readonly phase: BlockSample['phase'];
  readonly from: Arm;
  readonly to: Arm;
}): Pair[] {
  const { phase, from, to } = request;
  const pairs: Pair[] = [];
  // Of each block, what has no partner yet: all of one arm.
  const waiting = new Map<number, BlockSample[]>();
  for (const sample of request.samples) {
    if (sample.phase !== phase) continue;
    if (sample.arm !== from && sample.arm !== to) continue;
    const queue = waiting.get(sample.block);
    const partner = queue?.[0];
    if (queue === undefined || partner === undefined) waiting.set(sample.block, [sample]);
    else if (partner.arm === sample.arm) queue.push(sample);
    else {
      queue.shift();
      pairs.push(sample.arm === to ? { from: partner, to: sample } : { from: sample, to: partner });
    }
  }
  return pairs;
}

/** Log ratios of a metric, one per block in which both arms count. */
export interface Differences {
  /** d = ln(to) - ln(from). */
  readonly values: readonly number[];
  /** Floor of their spread. */
  readonly resolutionSd: number;
  /** Why blocks do not count, without repetition. */
  readonly voidReasons: readonly string[];
  /** Blocks lost to the machine (slowdown, clocks, other processes) rather than to a variant that fails. */
  readonly disturbed: number;
  /** True if the metric was measured at all: a value, or a reason why there is none. */
  readonly measured: boolean;
}

/** Reads one metric out of pairs. */
export function differencesOf(pairs: readonly Pair[], metric: Metric): Differences {
  const values: number[] = [];
  const variances: number[] = [];
  const voidReasons = new Set<string>();
  let disturbed = 0;
  for (const { from, to } of pairs) {
    const [before, after] = [readMetric(from, metric), readMetric(to, metric)];
    if (before !== null && after !== null) {
      values.push(Math.log(after / before));
      variances.push((resolutionOf(from, metric) ** 2 + resolutionOf(to, metric) ** 2) / 12);
    } else {
      if (wasDisturbed(from) || wasDisturbed(to)) disturbed++;
      for (const reason of [...from.voidReasons, ...to.voidReasons]) voidReasons.add(reason);
    }
  }
  return {
    values,
    // A reading to the nearest step r is uniform in a step around the truth: variance r^2 / 12, for either arm.
    resolutionSd: variances.length === 0 ? 0 : Math.sqrt(mean(variances)),
    voidReasons: [...voidReasons],
    disturbed,
    measured: values.length > 0 || voidReasons.size > 0,
  };
}

/** What voids timing as well, and is no variant's failure: those begin with what kind they are. */
function wasDisturbed({ latencyMs, voidReasons }: BlockSample): boolean {
  return (
    latencyMs === null &&
    voidReasons.length > 0 &&
    !voidReasons.some((reason) => /^(?:[a-z-]+: |not measured because arm )/.test(reason))
  );
}

/**
 * Blocks are never believed to agree better than to one part in a thousand: where readings come in steps, a few equal
 * ones have no spread at all, and then a rounding error beyond the margin would be certain to be real.
 */
export const leastSpread = 0.001;

/** A mean of blocks of one phase: how far it is to be trusted depends on where its blocks may have ended. */
export interface BlockEstimate extends MeanEstimate {
  readonly phase: BlockSample['phase'];
}

/** Mean difference with its error; null if there are too few blocks to tell. */
export function estimateOf(
  { values, resolutionSd }: Differences,
  phase: BlockSample['phase'],
  leastSd = leastSpread,
): BlockEstimate | null {
  if (values.length < schedule.least) return null;
  return { ...estimateMean(values, Math.max(resolutionSd, leastSd)), phase };
}

/** null unless it is a number that a logarithm can be taken of: samples may come from a file. */
export function readMetric(sample: BlockSample, metric: Metric): number | null {
  const value = metric === 'energy' ? sample.joules : sample.latencyMs;
  return value !== null && Number.isFinite(value) && value > 0 ? value : null;
}

/** Smallest difference that its reading shows, relative. */
export function resolutionOf(sample: BlockSample, metric: Metric): number {
  return metric === 'energy' ? sample.energyResolution : sample.latencyResolution;
}
