import { mean } from './moments.ts';

/** Ranks from 1, ties share their mean rank. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
  const result = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) end++;
    for (let i = start; i < end; i++) result[order[i] as number] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}

/**
 * Spearman's rank correlation in [-1, 1], ties by mean ranks.
 * NaN where there is none: fewer than two pairs, or one side all equal.
 */
export function spearman(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) throw new RangeError(`spearman: ${a.length} values against ${b.length}`);
  const rankA = ranks(a);
  const rankB = ranks(b);
  const middle = mean(rankA);
  let products = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < rankA.length; i++) {
    const da = (rankA[i] as number) - middle;
    const db = (rankB[i] as number) - middle;
    products += da * db;
    squaresA += da * da;
    squaresB += db * db;
  }
  return products / Math.sqrt(squaresA * squaresB);
}
