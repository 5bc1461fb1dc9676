import { it } from 'vitest';

/** Whether everything is to be tried (`npm run test:full`), or a sample of what is tried many times over (`npm test`). */
export const isFull = process.env.JOULEGATE_TESTS === 'full';

/** Of cases that each take a run of the product: every third, the first among them; all in the full suite. */
export function sampled<T>(cases: readonly T[]): readonly T[] {
  return isFull ? cases : cases.filter((_, i) => i % 3 === 0);
}

/** A test that takes seconds of the product, beside another one that `npm test` runs of the same kind. */
export const itInFull = it.skipIf(!isFull);
