import type { BlockSample } from '../measure/index.ts';
import { estimateMean, studentTQuantile } from '../stats/index.ts';
import { schedule } from './levels.ts';
import { differencesOf, pairsOf, type SubjectKey, samplesBySubject } from './pairs.ts';
import type { Metric } from './types.ts';

/**
 * The smallest true change that a one-sided 5 % test over `blocks` blocks finds with the wanted power, at the spread
 * that A/A blocks show: (t(.95, blocks - 1) + t(power, blocks - 1)) sd / sqrt(blocks), as a relative change. The offset
 * between the A/A arms is not part of it: turns and fresh processes are there to take it out.
 *
 * @param request.samples A/A blocks, in which both arms run the same program; void ones are left out
 * @param request.blocks that somebody has the time for
 * @param request.power chance of finding it; 0.8 unless given
 * @returns null for fewer than three blocks, measured or wanted
 */
export function detectableChange(request: {
  readonly subject: SubjectKey;
  readonly samples: readonly BlockSample[];
  readonly metric: Metric;
  readonly blocks: number;
  readonly power?: number;
}): number | null {
  const { subject, samples, metric, blocks, power = 0.8 } = request;
  const arms = { samples: samplesBySubject(samples)(subject), from: 'B', to: 'H' } as const;
  const pairs = (['flag', 'confirm'] as const).flatMap((phase) => pairsOf({ ...arms, phase }));
  const { values, resolutionSd } = differencesOf(pairs, metric);
  if (values.length < schedule.least || blocks < schedule.least) return null;
  const { standardError, count } = estimateMean(values, resolutionSd);
  const reach = studentTQuantile(0.95, blocks - 1) + studentTQuantile(power, blocks - 1);
  return Math.expm1((reach * standardError * Math.sqrt(count)) / Math.sqrt(blocks));
}
