import { type CovarianceParameters, type Dimension, matern52 } from './covariance.ts';
import { dotProduct } from './dot-product.ts';

/** One log-scale parameter with its normal prior. */
interface Parameter {
  readonly kind: 'length' | 'hamming' | 'noise';
  readonly dimension: number;
  readonly priorMean: number;
  readonly priorDeviation: number;
}

const bounds = { low: -9, high: 4 };

/** Step sizes of the coordinate sweeps, on log scale. */
const sweepSteps = [0.6, 0.36, 0.22];

function parameterList(dimensions: readonly Dimension[]): Parameter[] {
  const parameters: Parameter[] = [];
  dimensions.forEach(({ ordinal }, dimension) => {
    if (ordinal) parameters.push({ kind: 'length', dimension, priorMean: Math.log(0.7), priorDeviation: 1 });
  });
  dimensions.forEach(({ ordinal, hamming }, dimension) => {
    // Without an order the Hamming term is all there is, so it starts as large as a step along an ordinal one.
    const priorMean = Math.log(ordinal ? 0.05 : 0.5);
    if (hamming) parameters.push({ kind: 'hamming', dimension, priorMean, priorDeviation: 1 });
  });
  parameters.push({ kind: 'noise', dimension: -1, priorMean: Math.log(0.01), priorDeviation: 1.5 });
  return parameters;
}

function toParameters(dimensions: readonly Dimension[], list: Parameter[], theta: Float64Array) {
  const lengthScales = new Float64Array(dimensions.length).fill(1);
  const hammingWeights = new Float64Array(dimensions.length);
  let noise = 0;
  list.forEach(({ kind, dimension }, index) => {
    const value = Math.exp(theta[index] as number);
    if (kind === 'length') lengthScales[dimension] = value;
    else if (kind === 'hamming') hammingWeights[dimension] = value;
    else noise = value;
  });
  return { lengthScales, hammingWeights, noise };
}

function toTheta(list: readonly Parameter[], parameters: CovarianceParameters): Float64Array {
  return Float64Array.from(list, ({ kind, dimension }) => {
    if (kind === 'length') return Math.log(parameters.lengthScales[dimension] as number);
    if (kind === 'hamming') return Math.log(parameters.hammingWeights[dimension] as number);
    return Math.log(parameters.noise);
  });
}

/** The most likely parameters before anything is known. */
export function priorParameters(dimensions: readonly Dimension[]): CovarianceParameters {
  const list = parameterList(dimensions);
  return toParameters(
    dimensions,
    list,
    Float64Array.from(list, ({ priorMean }) => priorMean),
  );
}

/** Lower triangles (diagonal left out) of what each parameter multiplies in r^2. */
class PairTerms {
  readonly size: number;
  readonly #points: readonly Float64Array[];

  constructor(points: readonly Float64Array[]) {
    this.#points = points;
    this.size = points.length;
  }

  /** Adds `change` times the term of `parameter` to `r2` and writes the sum to `out`. */
  addTo(r2: Float64Array, parameter: Parameter, change: number, out: Float64Array): void {
    const { kind, dimension } = parameter;
    const column = Float64Array.from(this.#points, (point) => point[dimension] ?? 0);
    let index = 0;
    for (let i = 1; i < this.size; i++) {
      const value = column[i] as number;
      for (let j = 0; j < i; j++, index++) {
        const difference = value - (column[j] as number);
        const term = kind === 'length' ? difference * difference : difference === 0 ? 0 : 1;
        // Repeated subtraction may leave a rounding error below zero.
        out[index] = Math.max(0, (r2[index] as number) + change * term);
      }
    }
  }
}

/** What a parameter multiplies its term by: 1 / l^2, h, or nothing for the noise. */
function factor(parameter: Parameter, theta: number): number {
  if (parameter.kind === 'noise') return 0;
  return Math.exp(parameter.kind === 'length' ? -2 * theta : theta);
}

/** 0.5 n log(y' K^-1 y / n) + log |L|, the negative log likelihood with the signal variance in closed form. */
function negativeLogLikelihood(
  r2: Float64Array,
  noise: number,
  targets: Float64Array,
  work: Float64Array,
): number {
  const n = targets.length;
  let logDeterminant = 0;
  let squares = 0;
  let pair = 0;
  // The targets are one more row of the factor: its entries are L^-1 y.
  const solved = n * n;
  for (let i = 0; i < n; i++) {
    const row = i * n;
    let diagonal = 1 + noise;
    let target = targets[i] as number;
    for (let j = 0; j < i; j++, pair++) {
      const other = j * n;
      const rest = matern52(r2[pair] as number) - dotProduct(work, row, work, other, j);
      const value = rest / (work[other + j] as number);
      work[row + j] = value;
      diagonal -= value * value;
      target -= value * (work[solved + j] as number);
    }
    if (!(diagonal > 1e-10)) return Number.POSITIVE_INFINITY;
    const pivot = Math.sqrt(diagonal);
    work[row + i] = pivot;
    logDeterminant += Math.log(pivot);
    const value = target / pivot;
    work[solved + i] = value;
    squares += value * value;
  }
  return 0.5 * n * Math.log(Math.max(squares / n, 1e-300)) + logDeterminant;
}

/**
 * Parameters of highest posterior density (log-normal priors; lengths around 0.7 of a tunable's range), by coordinate
 * sweeps from `start`. Costs O(points^3) per step: give it a few hundred points at most.
 * @param targets centred, one per point.
 */
export function fitCovariance(
  dimensions: readonly Dimension[],
  data: { readonly points: readonly Float64Array[]; readonly targets: Float64Array },
  start: CovarianceParameters = priorParameters(dimensions),
): CovarianceParameters {
  const list = parameterList(dimensions);
  const theta = toTheta(list, start);
  const { points, targets } = data;
  const n = points.length;
  const pairs = new PairTerms(points);
  const work = new Float64Array(n * n + n);
  let r2 = new Float64Array((n * (n - 1)) / 2);
  let trial = new Float64Array(r2.length);
  list.forEach((parameter, index) => {
    if (parameter.kind !== 'noise') pairs.addTo(r2, parameter, factor(parameter, theta[index] as number), r2);
  });
  const penalty = (index: number, value: number) => {
    const { priorMean, priorDeviation } = list[index] as Parameter;
    return 0.5 * ((value - priorMean) / priorDeviation) ** 2;
  };
  const noiseIndex = list.length - 1;
  let likelihood = negativeLogLikelihood(r2, Math.exp(theta[noiseIndex] as number), targets, work);

  for (const step of sweepSteps) {
    for (const [index, parameter] of list.entries()) {
      const old = theta[index] as number;
      for (const sign of [-1, 1]) {
        const value = old + sign * step;
        if (value < bounds.low || value > bounds.high) continue;
        const isNoise = parameter.kind === 'noise';
        if (!isNoise) pairs.addTo(r2, parameter, factor(parameter, value) - factor(parameter, old), trial);
        const noise = Math.exp(isNoise ? value : (theta[noiseIndex] as number));
        const found = negativeLogLikelihood(isNoise ? r2 : trial, noise, targets, work);
        if (found + penalty(index, value) < likelihood + penalty(index, old)) {
          theta[index] = value;
          likelihood = found;
          if (!isNoise) [r2, trial] = [trial, r2];
          break;
        }
      }
    }
  }
  return toParameters(dimensions, list, theta);
}
