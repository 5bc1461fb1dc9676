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

/** Levels of a look at fewer blocks than wanted, and of the last one, as parts of the level of the whole. */
const earlyShare = 0.2;
const lastShare = 0.7;

/**
 * Level at which a metric may be called clear of a bound after `blocks` blocks: strict while more could be measured,
 * because every look is a chance to err. Looks at 3, 4, 5 and 6 blocks together stay within `alpha` (simulated, see the
 * tests).
 */
export function clearLevel(blocks: number, levels: { readonly alpha: number; readonly flagBlocks: number }) {
  return levels.alpha * (blocks < levels.flagBlocks ? earlyShare : lastShare);
}
