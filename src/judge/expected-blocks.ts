import type { BlockSample } from '../measure/index.ts';
import { estimateMean, studentTQuantile } from '../stats/index.ts';
import { attemptShare, clearLevel, flagLevel, nominalLevel, schedule } from './levels.ts';
import { differencesOf, leastSpread, pairsOf } from './pairs.ts';
import type { Metric } from './types.ts';

const alpha = 0.05;

/** The number of blocks after which a mean that lies `distance` from a bound has been clear of it in every other run. */
function blocksUntil(
  distance: number,
  sd: number,
  most: number,
  levelAfter: (blocks: number) => number,
): number {
  for (let blocks = schedule.least; blocks < most; blocks++) {
    if ((distance / sd) * Math.sqrt(blocks) >= studentTQuantile(1 - levelAfter(blocks), blocks - 1))
      return blocks;
  }
  return most;
}

/** Blocks that a run is expected to take. */
export interface ExpectedBlocks {
  /** For a kernel that did not change. */
  readonly unchanged: number;
  /** For one that costs twice its margin more, confirmation included. */
  readonly regressed: number;
}

/**
 * Blocks until a verdict, half of the runs taking fewer, by the rules that judge.
 * @param request.sd standard deviation of ln(H / B) from block to block
 * @param request.margin as a relative change
 */
export function expectedBlocks({
  sd,
  margin,
}: {
  readonly sd: number;
  readonly margin: number;
}): ExpectedBlocks {
  const spread = Math.max(sd, leastSpread);
  const [bound, twice] = [Math.log1p(margin), Math.log1p(2 * margin)];
  const flag = blocksUntil(twice - bound, spread, schedule.suspect, (blocks) => flagLevel(blocks, alpha));
  const nominal = nominalLevel(alpha * attemptShare(1));
  return {
    unchanged: blocksUntil(bound, spread, schedule.flag, (blocks) => clearLevel('flag', blocks, alpha)),
    regressed: flag + blocksUntil(twice - bound, spread, schedule.confirm, () => nominal),
  };
}

/** Standard deviation of ln(H / B) from block to block, of one subject's samples; null for fewer than three blocks of a phase. */
export function spreadOf(samples: readonly BlockSample[], metric: Metric): number | null {
  for (const phase of ['flag', 'confirm'] as const) {
    const { values, resolutionSd } = differencesOf(pairsOf({ samples, phase, from: 'B', to: 'H' }), metric);
    if (values.length < schedule.least) continue;
    const { standardError, count } = estimateMean(values, resolutionSd);
    return standardError * Math.sqrt(count);
  }
  return null;
}
