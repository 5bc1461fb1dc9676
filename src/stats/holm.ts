/**
 * p values adjusted for testing all of them at once (Holm 1979): rejecting those <= alpha keeps the chance of any false
 * rejection at alpha, whatever their dependence. Same order as given.
 */
export function holmAdjust(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * (pValues[index] as number)));
    adjusted[index] = largest;
  });
  return adjusted;
}
