import { studentTQuantile } from '../stats/index.ts';
import { type Evidence, pAbove, pBelow } from './evidence.ts';
import { clearLevel, schedule } from './levels.ts';
import { isTrusted, type JudgeOptions } from './options.ts';
import type { BlockEstimate } from './pairs.ts';

/** Whether more flagging blocks of a subject could still change what comes of it. */
export interface Standing {
  readonly settled: boolean;
  /** How far the metric nearest its margin is from it, in standard errors; 0 if nothing can be said yet. */
  readonly distance: number;
  /** Blocks that it still takes until that metric lies clearly on its side, if all goes on as it did; infinite for more than there are. */
  readonly blocksLeft: number;
}

/**
 * Where a subject stands after its blocks so far, by the evidence on all its metrics. It is settled when one that gates is
 * flagged, for then fresh blocks decide; or when every metric that counts lies clearly on one side of its margin, and what
 * looks improved is clearly so: blocks are for those that are near.
 */
export function standingOf(evidence: readonly Evidence[], options: Required<JudgeOptions>): Standing {
  const counting = evidence.filter(
    ({ subject, metric, flag }) => isTrusted(subject, metric) && flag.measured,
  );
  const distances = counting.map(distanceOf);
  return {
    settled:
      evidence.some(({ gates, flagged }) => gates && flagged) ||
      (counting.length > 0 && counting.every((one) => isClear(one, options))),
    distance: distances.length === 0 ? 0 : Math.min(...distances),
    blocksLeft: Math.max(
      0,
      ...counting.map((one) => blocksLeftOf(one.flagEstimate, distanceOf(one), options.alpha)),
    ),
  };
}

/**
 * Blocks of all its kernels that a network is still to have: one more than it has while it is open, up to as many as a kernel
 * gets for flagging; 0 if it is settled. That it is when a metric that gates is worse for certain, every metric that counts
 * lies clearly below its margin, or so near it that the blocks there may be would hardly tell: a block of a network is one of
 * all its kernels.
 * @param adjusted p of its metrics, among all tests
 * @param level that one has to be below to be certain
 */
export function networkBlocks(
  evidence: readonly Evidence[],
  adjusted: ReadonlyMap<Evidence, number>,
  level: number,
  options: Required<JudgeOptions>,
): number {
  const counting = evidence.filter(
    ({ subject, metric, estimate }) => isTrusted(subject, metric) && estimate !== null,
  );
  const certain = counting.some((one) => one.gates && (adjusted.get(one) ?? 1) < level);
  const open = certain ? [] : counting.filter((one) => !isClearlyBelow(one, options));
  const wanted = open
    .filter((one) => one.freshBlocks < schedule.flag && hasHope(one))
    .map((one) => one.freshBlocks + 1);
  return Math.max(0, ...wanted);
}

/** Standard errors that a network has to come to lie from its margin, if all goes on as it did, to be worth more blocks. */
const leastHope = 1.5;

function hasHope(evidence: Evidence): boolean {
  const count = evidence.estimate?.count ?? schedule.least;
  return distanceOf(evidence) * Math.sqrt(schedule.flag / count) >= leastHope;
}

/** Whether a metric looks worse than its margin. */
export function looksWorse({ gates, flagEstimate, margin }: Evidence): boolean {
  return gates && flagEstimate !== null && flagEstimate.mean > Math.log1p(margin.margin);
}

function isClearlyBelow(evidence: Evidence, options: Required<JudgeOptions>): boolean {
  return isClear(evidence, options) && !looksWorse(evidence);
}

/** A sentinel's margin has two sides, symmetric in the logarithm. */
function bounds({ margin: { margin }, subject }: Evidence): readonly number[] {
  return subject.sentinel ? [margin, -margin / (1 + margin)] : [margin];
}

function isClear(evidence: Evidence, options: Required<JudgeOptions>): boolean {
  const { flagEstimate: estimate, subject } = evidence;
  if (estimate === null) return false;
  const level = clearLevel('flag', estimate.count, options.alpha);
  const clearOf = (bound: number) => pAbove(estimate, bound) < level || pBelow(estimate, bound) < level;
  if (!bounds(evidence).every(clearOf)) return false;
  const looksImproved = !subject.sentinel && estimate.mean < Math.log1p(-options.improvedBy);
  return !looksImproved || pBelow(estimate, -options.improvedBy) < level;
}

function distanceOf(evidence: Evidence): number {
  const { flagEstimate: estimate } = evidence;
  if (estimate === null) return 0;
  const gaps = bounds(evidence).map((bound) => Math.abs(estimate.mean - Math.log1p(bound)));
  const gap = Math.min(...gaps);
  return estimate.standardError > 0 ? gap / estimate.standardError : gap > 0 ? Number.POSITIVE_INFINITY : 0;
}

/**
 * Blocks that an estimate lacks until it is `distance` standard errors, growing with the root of their number, clear of its bound
 * at the level of an early look.
 */
function blocksLeftOf(estimate: BlockEstimate | null, distance: number, alpha: number): number {
  if (estimate === null) return schedule.least;
  const level = clearLevel('flag', schedule.least, alpha);
  for (let blocks = estimate.count; blocks <= schedule.suspect; blocks++) {
    if (distance * Math.sqrt(blocks / estimate.count) >= studentTQuantile(1 - level, blocks - 1)) {
      return blocks - estimate.count;
    }
  }
  return Number.POSITIVE_INFINITY;
}
