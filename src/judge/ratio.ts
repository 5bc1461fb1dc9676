import type { Arm, BlockSample } from '../measure/index.ts';
import { meanInterval } from '../stats/index.ts';
import { intervalTail } from './levels.ts';
import {
  type BlockEstimate,
  differencesOf,
  estimateOf,
  pairsOf,
  type SubjectKey,
  samplesBySubject,
} from './pairs.ts';
import type { Metric, Ratio } from './types.ts';

/** A mean log ratio as a ratio with its 95 % confidence interval, which holds wherever the blocks ended. */
export function toRatio(estimate: BlockEstimate): Ratio {
  const [low, high] = meanInterval(estimate, 1 - 2 * intervalTail[estimate.phase]);
  return { estimate: Math.exp(estimate.mean), low: Math.exp(low), high: Math.exp(high) };
}

/**
 * Ratio of one arm to another, of the confirming blocks if there are enough, else of the flagging ones; null if neither
 * suffice. For what advises: R against H (what retuning head would gain), X against B (what the code alone costs).
 */
export function compareArms(request: {
  readonly subject: SubjectKey;
  readonly samples: readonly BlockSample[];
  readonly metric: Metric;
  readonly from: Arm;
  readonly to: Arm;
}): Ratio | null {
  const { subject, samples, ...rest } = request;
  const estimate = latestEstimate({ ...rest, samples: samplesBySubject(samples)(subject) });
  return estimate === null ? null : toRatio(estimate);
}

/** Mean log ratio of the confirming blocks if there are enough, else of the flagging ones. `samples` are of one subject. */
export function latestEstimate(request: {
  readonly samples: readonly BlockSample[];
  readonly metric: Metric;
  readonly from: Arm;
  readonly to: Arm;
}): BlockEstimate | null {
  const { samples, metric, from, to } = request;
  const inPhase = (phase: BlockSample['phase']) =>
    estimateOf(differencesOf(pairsOf({ samples, phase, from, to }), metric), phase);
  return inPhase('confirm') ?? inPhase('flag');
}
