import { holmAdjust } from '../stats/index.ts';
import { type Evidence, pAbove } from './evidence.ts';
import { attemptShare, schedule, spentBy, spentByNetwork } from './levels.ts';

/**
 * p of every flagged metric's confirmation: what all looks at fresh blocks spend together, divided by the part of the level
 * that its attempt may spend, and adjusted for the number of tests (Holm). A p of a look holds whichever block it is taken
 * at, so it goes into Holm's adjustment like any other. Networks are tested on all their blocks, so all of them are in the
 * family, whatever they look like. One without enough fresh blocks counts as p = 1, so that losing its
 * data never makes another's case easier. What cannot gate is a family of its own: it must not weaken what can.
 */
export function confirmations(evidence: readonly Evidence[]): ReadonlyMap<Evidence, number> {
  const adjusted = new Map<Evidence, number>();
  for (const gates of [true, false]) {
    const family = evidence.filter((one) => isTested(one) && one.gates === gates);
    const pValues = family.map((one) => Math.min(1, spentP(one) / attemptShare(one.attempt)));
    holmAdjust(pValues).forEach((p, i) => {
      adjusted.set(family[i] as Evidence, p);
    });
  }
  return adjusted;
}

/** Whether a metric is a test of its family. */
export function isTested({ network, flagged, flag }: Evidence): boolean {
  return network === undefined ? flagged : flag.measured;
}

/** What all looks at its evidence spend together. */
function spentP({ network, estimate, confirmEstimate, margin, freshBlocks }: Evidence): number {
  if (network === undefined)
    return confirmEstimate === null ? 1 : spentBy(pAbove(confirmEstimate, margin.margin));
  return estimate === null ? 1 : spentByNetwork(pAbove(estimate, margin.margin), freshBlocks);
}

/**
 * Standard errors above its margin that a metric has to lie after so many fresh blocks not to be given up: none after three,
 * one and a half after twelve. It errs on one side only: what is given up is not called worse.
 */
function leastHope(blocks: number): number {
  return (blocks - schedule.least) / 6;
}

/** Whether more fresh blocks would hardly make a flagged metric of it that is clearly above its margin. */
function isHopeless({ confirmEstimate, margin, freshBlocks }: Evidence): boolean {
  if (confirmEstimate === null || freshBlocks < schedule.least) return false;
  const above = confirmEstimate.mean - Math.log1p(margin.margin);
  return above < leastHope(freshBlocks) * confirmEstimate.standardError;
}

/**
 * Whether a subject's fresh blocks have shown what they can: a metric that gates is clearly above its margin, or none has a
 * chance to be. Decided again after every block.
 * @param evidence on the subject's metrics
 * @param level that the adjusted p of one has to be below
 */
export function isDecided(
  evidence: readonly Evidence[],
  adjusted: ReadonlyMap<Evidence, number>,
  level: number,
): boolean {
  const flagged = evidence.filter((one) => one.flagged && one.gates);
  return (
    flagged.every(isHopeless) ||
    flagged.some((one) => one.freshBlocks >= schedule.least && (adjusted.get(one) ?? 1) < level)
  );
}
