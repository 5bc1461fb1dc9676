/** How one coordinate of a Gaussian process enters its covariance. */
export interface Dimension {
  /** Near values behave alike; the coordinate is scaled to [0, 1]. */
  readonly ordinal: boolean;
  /** Different values differ by a fixed amount whatever their distance. */
  readonly hamming: boolean;
}

/** Fitted parameters. One entry per dimension; unused ones hold 1 (lengths) and 0 (weights). */
export interface CovarianceParameters {
  readonly lengthScales: Float64Array;
  readonly hammingWeights: Float64Array;
  /** Noise variance relative to the signal's. */
  readonly noise: number;
}

/** Matern 5/2 correlation at squared distance `r2`. */
export function matern52(r2: number): number {
  const r = Math.sqrt(5 * r2);
  return (1 + r + (r * r) / 3) * Math.exp(-r);
}

/**
 * Matern 5/2 on ordinal coordinates plus a Hamming term:
 * r^2 = sum_ordinal ((u - u') / l)^2 + sum_hamming h [u != u'].
 * The Hamming term lets a tunable's values differ without order, which ordinal coordinates alone cannot say.
 */
export class Covariance {
  readonly #dimensions: readonly Dimension[];
  readonly #parameters: CovarianceParameters;
  readonly #ordinal: Float64Array;

  constructor(dimensions: readonly Dimension[], parameters: CovarianceParameters) {
    this.#dimensions = dimensions;
    this.#parameters = parameters;
    this.#ordinal = Float64Array.from(dimensions, (dimension) => (dimension.ordinal ? 1 : 0));
  }

  get noise(): number {
    return this.#parameters.noise;
  }

  /** Coordinates divided by their length scales: `correlation` takes only such points. */
  scale(point: ArrayLike<number>): Float64Array {
    return Float64Array.from(this.#dimensions, (dimension, d) => {
      const value = point[d] as number;
      return dimension.ordinal ? value / (this.#parameters.lengthScales[d] as number) : value;
    });
  }

  /** Prior correlation of two scaled points, 1 for equal ones. */
  correlation(a: Float64Array, b: Float64Array): number {
    const weights = this.#parameters.hammingWeights;
    let r2 = 0;
    for (let d = 0; d < a.length; d++) {
      const difference = (a[d] as number) - (b[d] as number);
      if (difference === 0) continue;
      r2 += difference * difference * (this.#ordinal[d] as number) + (weights[d] as number);
    }
    return matern52(r2);
  }
}
