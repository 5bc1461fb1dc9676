import type { BlockSample } from '../measure/index.ts';

type Phase = BlockSample['phase'];

/** How many blocks there are at which stage. Whatever depends on a number of blocks, texts included, takes it from here. */
export const schedule = {
  /** Fewer blocks than this decide nothing: two points always lie on a line. The first look is here, then one at every block. */
  least: 3,
  /** Flagging blocks of what is open, */
  flag: 6,
  /** and of what looks worse than its margin without being flagged. */
  suspect: 12,
  /** Fresh blocks that confirm a flag, at most. */
  confirm: 12,
} as const;

/** Blocks that may flag what does not look worse than its margin. */
export const mostFlagBlocks = schedule.flag;

/** Part of a test's level that the first attempt at a comparison may spend. */
const firstShare = 0.8;

/**
 * Part of the level that the n-th attempt at the same comparison may spend: four fifths, then a tenth, a twentieth, and
 * so on, which add up to 1. However often a run is repeated on everything measured so far, any false red among all of
 * its attempts stays within the level (Bonferroni over attempts; alpha spending as in Lan and DeMets 1983, front-loaded).
 */
export function attemptShare(attempt: number): number {
  return attempt <= 1 ? firstShare : (1 - firstShare) * 2 ** (1 - attempt);
}

/** Flagging is no verdict: after three blocks, of which little can be said, twice the level is enough to look again. */
const firstFlagFactor = 4;

/** Level at which a metric is flagged after `blocks` blocks. */
export function flagLevel(blocks: number, alpha: number): number {
  return alpha * (blocks <= schedule.least ? firstFlagFactor : 1);
}

/**
 * Chance that any of the looks, at every block from the third to the twelfth, finds a p value below `nominal` where the
 * true change is the bound itself: what all looks at this nominal level spend together. It is p as soon as a run may stop at
 * whichever block it likes.
 *
 * One-sample t tests of normal blocks, whose joint distribution depends on nothing else; fitted to 1.2e8 simulated series
 * between 1e-5 and 0.05, never below them and above by half a percent at most (see the tests).
 */
export function spentBy(nominal: number): number {
  const l = Math.min(17, -Math.log(nominal));
  return Math.min(1, nominal * Math.max(1, 0.674 + 0.9149 * l - 0.02654 * l * l));
}

/** Nominal level of every look if all of them together may spend `level`. */
export function nominalLevel(level: number): number {
  let nominal = level;
  // A contraction: the factor between the two changes by a few percent from step to step.
  for (let i = 0; i < 30; i++) nominal *= level / spentBy(nominal);
  return nominal;
}

/**
 * Parts of the level that looks at flagging blocks have: the first, of which most is to be had, those after it, and the last.
 */
const lookShares = { first: 0.4, early: 0.2, last: 0.5 } as const;
/** Part of the level that looks at fresh blocks spend on being clear of a bound. */
const confirmShare = 0.7;

/**
 * Level at which a metric may be called clear of a bound after `blocks` blocks: strict while more could be measured,
 * because every look is a chance to err. Looks at 3, 4, 5 and 6 flagging blocks together stay within `alpha` (simulated,
 * see the tests).
 */
export function clearLevel(phase: Phase, blocks: number, alpha: number): number {
  if (phase === 'confirm') return nominalLevel(alpha * confirmShare);
  if (blocks >= schedule.flag) return alpha * lookShares.last;
  return alpha * (blocks <= schedule.least ? lookShares.first : lookShares.early);
}

/**
 * Parts of the level that the looks at a network's blocks may spend, by their number from the third on: most of it where most
 * is to be seen. They add up to 1, so that any of the looks errs within the level (Bonferroni), however the looks depend on one another.
 */
const networkLookShares: readonly number[] = [0.2, 0.15, 0.15, 0.5];

/** p of a network's blocks after `blocks` of them, as of all looks together. */
export function spentByNetwork(p: number, blocks: number): number {
  const last = networkLookShares.length - 1;
  const share = networkLookShares[Math.min(last, Math.max(0, blocks - schedule.least))] as number;
  return Math.min(1, p / share);
}

/**
 * How much of a mean's distribution lies beyond either end of its 95 % interval. Fresh blocks: repeated confidence
 * intervals (Jennison and Turnbull 1989), which hold at all looks at once and so wherever a run stopped. Flagging blocks:
 * 96 % of a fixed number of them, which is 95 % of what stopped where it is shown (simulated, see the tests).
 */
export const intervalTail: Readonly<Record<Phase, number>> = { flag: 0.02, confirm: nominalLevel(0.025) };
