import {
  Covariance,
  type CovarianceParameters,
  type Dimension,
  fitCovariance,
  GaussianProcess,
  type Query,
  type Solution,
} from '../model/index.ts';
import { type Random, shuffle } from '../stats/index.ts';
import { calibrate, compressionOf, type Line } from './target-scale.ts';

/** A configuration as a surrogate sees it. */
export interface Place {
  readonly key: string;
  readonly coordinates: Float64Array;
  /** The cost model's log prediction; null if it has none. */
  readonly prior: number | null;
}

/** A place with its log cost; null if it failed. */
export interface Observation extends Place {
  readonly logCost: number | null;
  /** Standard deviation of `logCost` where a part of it was not measured. */
  readonly deviation?: number;
}

/** What the process takes in. */
interface Sample {
  readonly key: string;
  readonly coordinates: Float64Array;
  readonly target: number;
  /** Standard deviation of `target`; 0 where it was measured. */
  readonly deviation: number;
}

/** Prediction of a compressed log cost. */
export interface Belief {
  readonly mean: number;
  readonly deviation: number;
}

/** Points used to fit covariance parameters, and points kept in the process after a fit. */
const fittingPoints = 160;
const processPoints = 250;

/** Points that a process may grow to: its memory grows with their square, its time with their cube. */
const mostPoints = 500;

/** A signal variance below this, of targets of variance 1, would make noise that is small look large. */
const leastSignal = 0.05;

/** Half the best and half at random, at most `limit`, in their old order. */
function thin<T extends { readonly target: number }>(
  items: readonly T[],
  limit: number,
  random: Random,
): T[] {
  if (items.length <= limit) return [...items];
  const order = items.map((_, index) => index);
  order.sort((a, b) => (items[a] as T).target - (items[b] as T).target || a - b);
  const best = order.slice(0, limit / 2);
  const rest = shuffle(order.slice(limit / 2), random).slice(0, limit / 2);
  return [...best, ...rest].sort((a, b) => a - b).map((index) => items[index] as T);
}

/**
 * A Gaussian process on the log cost of a kernel's configurations. What the cost model predicts is its mean; the process
 * learns what is left. Parameters are refitted as the data grows by 30 %, or the process to 500 points; between, points are
 * only added.
 */
export class Surrogate {
  readonly #dimensions: readonly Dimension[];
  readonly #random: Random;
  readonly #compresses: boolean;
  #parameters: CovarianceParameters | null = null;
  #process: GaussianProcess | null = null;
  /** Keys of the process's points, in order. */
  #keys: string[] = [];
  /** Keys that were taken in or left out on purpose. */
  #settled = new Set<string>();
  /** Keys of points taken in with a noise of their own. */
  #noisy = new Set<string>();
  #queries = new Map<string, Query>();
  #nextFit = 0;
  #solution: Solution = { weights: new Float64Array(0), signalVariance: 1 };
  #centre = 0;
  #spread = 1;
  #line: Line | null = null;
  #compress: (logCost: number) => number = (value) => value;

  /** @param options `compress`: costs above the 70th percentile count a fifth, so that the good ones are told apart. */
  constructor(dimensions: readonly Dimension[], random: Random, options: { readonly compress: boolean }) {
    this.#dimensions = dimensions;
    this.#random = random;
    this.#compresses = options.compress;
  }

  /** What the prior says about a place, on the compressed scale; 0 without a prior. */
  #mean(place: Place): number {
    if (this.#line === null || place.prior === null) return 0;
    return this.#compress(this.#line.offset + this.#line.slope * place.prior);
  }

  /** Learns from everything tried so far; at least one observation must have a cost. */
  learn(observations: readonly Observation[]): void {
    const known = observations.filter(
      (item): item is Observation & { logCost: number } => item.logCost !== null,
    );
    if (this.#compresses) this.#compress = compressionOf(known.map(({ logCost }) => logCost));
    const informed = known.filter(({ prior }) => prior !== null);
    // A prior for some places only would shift those against the others.
    this.#line =
      informed.length === known.length
        ? calibrate(
            informed.map(({ prior }) => prior as number),
            informed.map(({ logCost }) => logCost),
          )
        : null;
    const residuals = known.map((item) => this.#compress(item.logCost) - this.#mean(item));
    const centre = residuals.reduce((sum, value) => sum + value, 0) / residuals.length;
    const variance = residuals.reduce((sum, value) => sum + (value - centre) ** 2, 0) / residuals.length;
    this.#centre = centre;
    this.#spread = Math.sqrt(variance) + 1e-9;
    const samples = known.map((item, index) => ({
      key: item.key,
      coordinates: item.coordinates,
      target: ((residuals[index] as number) - centre) / this.#spread,
      deviation: (item.deviation ?? 0) / this.#spread,
    }));
    if (known.length >= this.#nextFit || this.#keys.length >= mostPoints) this.#refit(samples);
    else if (samples.some(({ key, deviation }) => deviation === 0 && this.#noisy.has(key)))
      this.#rebuild(samples);
    else for (const sample of samples) this.#add(sample);

    const targets = new Map(samples.map(({ key, target }) => [key, target]));
    // Failures that were believed in enter as bad, until the next fit leaves them out.
    const worst = samples.reduce((most, { target }) => Math.max(most, target), Number.NEGATIVE_INFINITY);
    const values = this.#keys.map((key) => targets.get(key) ?? Math.min(worst, 1));
    this.#solution = (this.#process as GaussianProcess).solve(values);
  }

  #refit(samples: readonly Sample[]): void {
    const fitting = thin(samples, fittingPoints, this.#random);
    const mean = fitting.reduce((sum, { target }) => sum + target, 0) / fitting.length;
    const data = {
      points: fitting.map(({ coordinates }) => coordinates),
      targets: Float64Array.from(fitting, ({ target }) => target - mean),
    };
    this.#parameters =
      this.#parameters === null
        ? fitCovariance(this.#dimensions, data)
        : fitCovariance(this.#dimensions, data, this.#parameters);
    this.#take(thin(samples, processPoints, this.#random));
    for (const { key } of samples) this.#settled.add(key);
    this.#nextFit = Math.max(samples.length + 4, Math.floor(1.3 * samples.length));
  }

  /** Takes the same points in again, with the noise that they have by now, and new ones; what was only believed goes. */
  #rebuild(samples: readonly Sample[]): void {
    const taken = new Set(this.#keys);
    const settled = this.#settled;
    this.#take(samples.filter(({ key }) => taken.has(key) || !settled.has(key)));
    for (const { key } of samples) this.#settled.add(key);
  }

  #take(samples: readonly Sample[]): void {
    this.#process = new GaussianProcess(
      new Covariance(this.#dimensions, this.#parameters as CovarianceParameters),
    );
    this.#keys = [];
    this.#settled = new Set();
    this.#noisy = new Set();
    this.#queries = new Map();
    for (const sample of samples) this.#add(sample);
  }

  #add({ key, coordinates, deviation }: Omit<Sample, 'target'>): void {
    if (this.#settled.has(key)) return;
    this.#settled.add(key);
    this.#keys.push(key);
    if (deviation > 0) this.#noisy.add(key);
    // Of a process without a solution yet the targets' own variance is 1.
    this.#process?.add(coordinates, deviation ** 2 / Math.max(leastSignal, this.#solution.signalVariance));
  }

  /** Believes that `place` turns out as predicted: what is near it becomes certain, and less worth trying. */
  believe(place: Place): void {
    this.#add({ ...place, deviation: 0 });
  }

  /** Compressed log cost at a place. */
  predict(place: Place): Belief {
    const process = this.#process as GaussianProcess;
    let query = this.#queries.get(place.key);
    if (query === undefined) {
      query = process.query(place.coordinates);
      this.#queries.set(place.key, query);
    }
    const { mean, deviation } = process.predict(query, this.#solution);
    return {
      mean: mean * this.#spread + this.#centre + this.#mean(place),
      deviation: deviation * this.#spread,
    };
  }

  /** A log cost on the scale of `predict`. */
  compress(logCost: number): number {
    return this.#compress(logCost);
  }

  /** Forgets what was worked out for places that are no candidates any more. */
  retain(keys: ReadonlySet<string>): void {
    for (const key of this.#queries.keys()) if (!keys.has(key)) this.#queries.delete(key);
  }
}
