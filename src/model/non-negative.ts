/** left * x = right, by weight. */
export interface Equation {
  readonly left: readonly number[];
  readonly right: number;
  readonly weight: number;
}

const maxSweeps = 2000;
const precision = 1e-9;

/**
 * Least squares with no entry below `least`: minimises sum of weight (left x - right)^2 + ridge |x - towards|^2, one entry after the
 * other until none moves. The ridge makes the minimum unique.
 */
export function nonNegative(
  equations: readonly Equation[],
  options: {
    readonly ridge: number;
    readonly towards: number;
    readonly least: number;
    readonly start: readonly number[];
  },
): readonly number[] {
  const { ridge, towards, least, start } = options;
  const size = start.length;
  const square = new Float64Array(size * size);
  const target = new Float64Array(size).fill(ridge * towards);
  for (let i = 0; i < size; i++) square[i * size + i] = ridge;
  for (const { left, right, weight } of equations) {
    for (let i = 0; i < size; i++) {
      const scaled = weight * (left[i] as number);
      if (scaled === 0) continue;
      target[i] = (target[i] as number) + scaled * right;
      for (let j = 0; j < size; j++) {
        const at = i * size + j;
        square[at] = (square[at] as number) + scaled * (left[j] as number);
      }
    }
  }
  const x = [...start];
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let moved = 0;
    for (let i = 0; i < size; i++) {
      let slope = target[i] as number;
      for (let j = 0; j < size; j++) slope -= (square[i * size + j] as number) * (x[j] as number);
      const before = x[i] as number;
      const after = Math.max(least, before + slope / (square[i * size + i] as number));
      moved = Math.max(moved, Math.abs(after - before));
      x[i] = after;
    }
    if (moved < precision) break;
  }
  return x;
}
