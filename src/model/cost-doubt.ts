/** A guess may be off by as much as it says. */
const guessDeviation = 1;
/** Rows that agree to the last digit still leave as much open. */
const leastNoise = 1e-9;

/** A measurement: by how much its logarithm moves for each factor on a guess, and its weight among all. */
export interface Observation {
  readonly slopes: readonly number[];
  readonly weight: number;
}

/** Lower triangle L, row by row, of which L times its transpose is `square`. */
function cholesky(square: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let left = square[i * size + j] as number;
      for (let k = 0; k < j; k++) left -= (lower[i * size + k] as number) * (lower[j * size + k] as number);
      lower[i * size + j] = i === j ? Math.sqrt(left) : left / (lower[j * size + j] as number);
    }
  }
  return lower;
}

/**
 * Variance of what a sum of work says of a change, by Bayesian linear regression on factors: guesses and measurements leave them as
 * far open as both are uncertain.
 *
 * @param noise variance of what the measurements leave, over how many of them there are in truth
 * @returns the variance for a change that moves the logarithm by so much for each factor
 */
export function costDoubt(
  observations: readonly Observation[],
  noise: number,
): (moved: readonly number[]) => number {
  const size = observations[0]?.slopes.length ?? 0;
  const open = Math.max(noise, leastNoise);
  const square = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    square[i * size + i] = open / guessDeviation ** 2;
    for (const { slopes, weight } of observations) {
      const scaled = weight * (slopes[i] as number);
      for (let j = 0; j < size; j++)
        square[i * size + j] = (square[i * size + j] as number) + scaled * (slopes[j] as number);
    }
  }
  const lower = cholesky(square, size);
  return (moved) => {
    const solved: number[] = [];
    for (let i = 0; i < size; i++) {
      let left = moved[i] as number;
      for (let j = 0; j < i; j++) left -= (lower[i * size + j] as number) * (solved[j] as number);
      solved.push(left / (lower[i * size + i] as number));
    }
    return open * solved.reduce((sum, one) => sum + one * one, 0);
  };
}
