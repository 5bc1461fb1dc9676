import type { BlockSample } from '../measure/index.ts';
import { estimateMean, studentTQuantile } from '../stats/index.ts';
import { schedule } from './levels.ts';
import { differencesOf, pairsOf, type SubjectKey, samplesBySubject } from './pairs.ts';
import type { Metric } from './types.ts';

/** Fewer A/A blocks than this say too little about a device's tails. */
const LEAST_AA_BLOCKS = 20;

/**
 * Noise floor of a device from A/A blocks (both arms the same program): the smallest margin at which the flagging test
 * would not have fired on what is no change at all. That is the offset seen between the arms plus the reach of the
 * one-sided 5 % test at the spread seen: |mean d| + t(.95, blocks - 1) sd / sqrt(blocks), as a relative change.
 *
 * @param request.blocks flagging blocks of a comparison; as many as what is open gets unless given
 * @returns null for fewer than 20 A/A blocks
 */
export function noiseFloorOf(request: {
  readonly subject: SubjectKey;
  readonly samples: readonly BlockSample[];
  readonly metric: Metric;
  readonly blocks?: number;
}): number | null {
  const { subject, samples, metric, blocks = schedule.flag } = request;
  const arms = { samples: samplesBySubject(samples)(subject), from: 'B', to: 'H' } as const;
  const pairs = (['flag', 'confirm'] as const).flatMap((phase) => pairsOf({ ...arms, phase }));
  const { values, resolutionSd } = differencesOf(pairs, metric);
  if (values.length < LEAST_AA_BLOCKS) return null;
  const { mean, standardError, count } = estimateMean(values, resolutionSd);
  const sd = standardError * Math.sqrt(count);
  return Math.expm1(Math.abs(mean) + (studentTQuantile(0.95, blocks - 1) * sd) / Math.sqrt(blocks));
}
