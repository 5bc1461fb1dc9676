import type { Covariance } from './covariance.ts';
import { dotProduct } from './dot-product.ts';

/** A place at which a `GaussianProcess` predicts; it remembers what was worked out for it so far. */
export interface Query {
  readonly point: Float64Array;
  /** First `solved` entries of L^-1 k(X, point). */
  values: Float64Array;
  solved: number;
  /** Posterior variance over signal variance, given the first `solved` points. */
  variance: number;
}

/** Targets brought into the process's own terms by `GaussianProcess.solve`. */
export interface Solution {
  /** L^-1 y. */
  readonly weights: Float64Array;
  /** Signal variance that makes the targets most likely: y' K^-1 y / n. */
  readonly signalVariance: number;
}

/** Conditional variances below this are rounding errors. */
const smallestPivot = 1e-6;

function grown(values: Float64Array, length: number): Float64Array {
  if (values.length >= length) return values;
  const larger = new Float64Array(Math.max(length, Math.ceil(1.25 * values.length)));
  larger.set(values);
  return larger;
}

/**
 * Gaussian process regression with a zero mean on points that arrive one by one. Its Cholesky factor and every query's
 * share of it are extended, not recomputed: a new point costs O(points) per query (Rasmussen and Williams, 2006, 2.2).
 */
export class GaussianProcess {
  readonly #covariance: Covariance;
  readonly #points: Float64Array[] = [];
  /** Lower triangle of the factor, row behind row. */
  #factor: Float64Array = new Float64Array(64);

  constructor(covariance: Covariance) {
    this.#covariance = covariance;
  }

  /** Number of points. */
  get size(): number {
    return this.#points.length;
  }

  /**
   * Adds an observed (or believed) point; its target comes with `solve`.
   * @param noise variance of this observation alone, relative to the signal's, beside what all have
   */
  add(point: ArrayLike<number>, noise = 0): void {
    const n = this.size;
    const query = this.query(point);
    this.#extend(query);
    const start = (n * (n + 1)) / 2;
    this.#factor = grown(this.#factor, start + n + 1);
    for (let i = 0; i < n; i++) this.#factor[start + i] = query.values[i] as number;
    const pivot = query.variance + this.#covariance.noise + noise;
    this.#factor[start + n] = Math.sqrt(Math.max(pivot, smallestPivot));
    this.#points.push(query.point);
  }

  /** A place to predict at. It stays usable while points are added. */
  query(point: ArrayLike<number>): Query {
    const size = Math.max(16, this.size);
    return { point: this.#covariance.scale(point), values: new Float64Array(size), solved: 0, variance: 1 };
  }

  #extend(query: Query): void {
    const n = this.size;
    if (query.solved === n) return;
    query.values = grown(query.values, n);
    const { values, point } = query;
    const factor = this.#factor;
    for (let i = query.solved; i < n; i++) {
      const start = (i * (i + 1)) / 2;
      const prior = this.#covariance.correlation(this.#points[i] as Float64Array, point);
      const value = (prior - dotProduct(factor, start, values, 0, i)) / (factor[start + i] as number);
      values[i] = value;
      query.variance -= value * value;
    }
    query.solved = n;
  }

  /** @param targets one per point, in the order added, centred on what the mean function does not explain. */
  solve(targets: ArrayLike<number>): Solution {
    const n = this.size;
    const weights = new Float64Array(n);
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const start = (i * (i + 1)) / 2;
      const rest = (targets[i] as number) - dotProduct(this.#factor, start, weights, 0, i);
      const weight = rest / (this.#factor[start + i] as number);
      weights[i] = weight;
      squares += weight * weight;
    }
    return { weights, signalVariance: n > 0 ? squares / n : 1 };
  }

  /** Posterior mean and standard deviation (noise-free) at a query. `solution` may know fewer points than the process. */
  predict(query: Query, solution: Solution): { readonly mean: number; readonly deviation: number } {
    this.#extend(query);
    const mean = dotProduct(solution.weights, 0, query.values, 0, solution.weights.length);
    return { mean, deviation: Math.sqrt(Math.max(1e-8, query.variance * solution.signalVariance)) };
  }
}
