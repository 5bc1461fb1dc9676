import { describe, expect, test } from 'vitest';
import {
  Covariance,
  type Dimension,
  fitCovariance,
  GaussianProcess,
  priorParameters,
} from '../../src/model/index.ts';
import { createRandom } from '../../src/stats/index.ts';

const ordinal: Dimension = { ordinal: true, hamming: false };
const nominal: Dimension = { ordinal: false, hamming: true };

function covariance(
  options: { lengthScale?: number; hamming?: number; noise?: number },
  dimension = ordinal,
) {
  return new Covariance([dimension], {
    lengthScales: Float64Array.of(options.lengthScale ?? 1),
    hammingWeights: Float64Array.of(options.hamming ?? 0),
    noise: options.noise ?? 0,
  });
}

/** Matern 5/2 at distance 1, written out: (1 + sqrt 5 + 5/3) exp(-sqrt 5). */
const atOne = (1 + Math.sqrt(5) + 5 / 3) * Math.exp(-Math.sqrt(5));

describe('covariance', () => {
  test('is Matern 5/2 of the distance in length scales', () => {
    const k = covariance({ lengthScale: 0.5 });
    expect(k.correlation(k.scale([0.25]), k.scale([0.25]))).toBe(1);
    expect(k.correlation(k.scale([0]), k.scale([0.5]))).toBeCloseTo(atOne, 15);
  });

  test('of values without order is the same for any two different ones', () => {
    const k = covariance({ hamming: 1 }, nominal);
    expect(k.correlation(k.scale([0]), k.scale([1]))).toBeCloseTo(atOne, 15);
    expect(k.correlation(k.scale([0]), k.scale([7]))).toBeCloseTo(atOne, 15);
    expect(k.correlation(k.scale([7]), k.scale([7]))).toBe(1);
  });

  test('adds a Hamming term to an ordered coordinate', () => {
    const k = covariance({ lengthScale: 1, hamming: 0.75 }, { ordinal: true, hamming: true });
    expect(k.correlation(k.scale([0]), k.scale([0.5]))).toBeCloseTo(atOne, 15);
  });
});

describe('Gaussian process', () => {
  test('of one point: mean k y / (1 + noise), variance 1 - k^2 / (1 + noise)', () => {
    const process = new GaussianProcess(covariance({ noise: 0.25 }));
    process.add([0]);
    const solution = process.solve([2]);
    // y' K^-1 y / n = 4 / 1.25
    expect(solution.signalVariance).toBeCloseTo(3.2, 14);
    const { mean, deviation } = process.predict(process.query([1]), solution);
    expect(mean).toBeCloseTo((2 * atOne) / 1.25, 14);
    expect(deviation ** 2).toBeCloseTo(3.2 * (1 - atOne ** 2 / 1.25), 14);
  });

  test('of two points equals the solution of the 2 by 2 system', () => {
    const process = new GaussianProcess(covariance({ noise: 0.1 }));
    process.add([0]);
    process.add([1]);
    const [a, b] = [1, -0.5];
    const [d, c] = [1.1, atOne];
    const determinant = d * d - c * c;
    const alpha = [(d * a - c * b) / determinant, (d * b - c * a) / determinant] as const;
    const k = covariance({});
    const half = k.correlation(k.scale([0]), k.scale([0.5]));
    const { mean } = process.predict(process.query([0.5]), process.solve([a, b]));
    expect(mean).toBeCloseTo(half * (alpha[0] + alpha[1]), 14);
  });

  test('passes through what it saw without noise, and is sure there', () => {
    const process = new GaussianProcess(covariance({ lengthScale: 0.4 }));
    const xs = [0, 0.3, 0.7, 1];
    for (const x of xs) process.add([x]);
    const solution = process.solve(xs.map((x) => x * x));
    for (const x of xs) {
      const { mean, deviation } = process.predict(process.query([x]), solution);
      expect(mean).toBeCloseTo(x * x, 6);
      expect(deviation).toBeLessThan(1e-3);
    }
  });

  test('is the less certain the farther from what it saw', () => {
    const process = new GaussianProcess(covariance({ lengthScale: 0.5, noise: 0.01 }));
    process.add([0]);
    const solution = process.solve([1]);
    const deviations = [0, 0.1, 0.3, 0.6, 1, 2].map(
      (x) => process.predict(process.query([x]), solution).deviation,
    );
    expect(deviations).toEqual([...deviations].sort((a, b) => a - b));
    expect(new Set(deviations).size).toBe(6);
  });

  test('a query made early is extended to what a fresh one gives', () => {
    const random = createRandom(1);
    const process = new GaussianProcess(covariance({ lengthScale: 0.3, noise: 0.01 }));
    const early = process.query([0.42]);
    const targets: number[] = [];
    const deviations: number[] = [];
    for (let i = 0; i < 40; i++) {
      process.add([random.next()]);
      targets.push(random.normal());
      deviations.push(process.predict(early, { ...process.solve(targets), signalVariance: 1 }).deviation);
    }
    const solution = process.solve(targets);
    expect(process.predict(early, solution)).toEqual(process.predict(process.query([0.42]), solution));
    // A further point never makes it less certain.
    deviations.slice(1).forEach((value, i) => {
      expect(value).toBeLessThanOrEqual((deviations[i] as number) + 1e-12);
    });
  });
});

describe('fitted covariance', () => {
  const dimensions: Dimension[] = [ordinal, ordinal, { ordinal: true, hamming: true }];
  const random = createRandom(2);
  const points = Array.from({ length: 60 }, () =>
    Float64Array.from([random.next(), random.next(), random.integer(5) / 4]),
  );
  const raw = points.map(([x = 0, , z = 0]) => Math.sin(8 * x) + (z === 0.5 ? 1 : 0));
  const mean = raw.reduce((sum, value) => sum + value, 0) / raw.length;
  const fitted = fitCovariance(dimensions, {
    points,
    targets: Float64Array.from(raw, (value) => value - mean),
  });

  test('gives a coordinate that matters a short length, one that does not a long one', () => {
    expect(fitted.lengthScales[0]).toBeLessThan(0.5);
    expect(fitted.lengthScales[1]).toBeGreaterThan(1.5);
  });

  test('finds that one value differs from its neighbours on both sides', () => {
    expect(fitted.hammingWeights[2]).toBeGreaterThan(priorParameters(dimensions).hammingWeights[2] as number);
  });

  test('starts from the priors and leaves unused parameters alone', () => {
    const prior = priorParameters([ordinal, nominal]);
    expect(prior.lengthScales[0]).toBeCloseTo(0.7, 12);
    expect(prior.lengthScales[1]).toBe(1);
    expect([...prior.hammingWeights]).toEqual([0, expect.closeTo(0.5, 12)]);
    expect(prior.noise).toBeCloseTo(0.01, 12);
  });
});
