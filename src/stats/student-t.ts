import { incompleteBeta, logGamma } from './incomplete-beta.ts';

/** P(T >= t) of Student's t distribution. Exact in the far tail, where 1 - cdf would be rounding error. */
export function studentTUpperTail(t: number, degreesOfFreedom: number): number {
  if (!(degreesOfFreedom > 0)) throw new RangeError(`student t: ${degreesOfFreedom} degrees of freedom`);
  if (Number.isNaN(t)) return Number.NaN;
  const square = t * t;
  // Two forms of the same integral: far out the tail itself, near the middle what is left of one half, so that
  // neither subtracts nearly equal numbers.
  const half =
    square < degreesOfFreedom
      ? 0.5 - 0.5 * incompleteBeta(square / (degreesOfFreedom + square), 0.5, degreesOfFreedom / 2)
      : 0.5 * incompleteBeta(degreesOfFreedom / (degreesOfFreedom + square), degreesOfFreedom / 2, 0.5);
  return t >= 0 ? half : 1 - half;
}

/** The t with P(T <= t) = probability, to the last few bits; infinite at 0 and 1. */
export function studentTQuantile(probability: number, degreesOfFreedom: number): number {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`student t: probability ${probability} is outside [0, 1]`);
  }
  if (probability === 0.5) return 0;
  if (probability < 0.5) return -upperQuantile(probability, degreesOfFreedom);
  return upperQuantile(1 - probability, degreesOfFreedom);
}

/** The t > 0 with P(T >= t) = tail, tail < 0.5: Newton's method kept inside a shrinking bracket. */
function upperQuantile(tail: number, degreesOfFreedom: number): number {
  if (tail === 0) return Number.POSITIVE_INFINITY;
  let low = 0;
  let high = 1;
  while (studentTUpperTail(high, degreesOfFreedom) > tail) {
    low = high;
    high *= 2;
  }
  let t = (low + high) / 2;
  for (;;) {
    const excess = studentTUpperTail(t, degreesOfFreedom) - tail;
    if (excess > 0) low = t;
    else high = t;
    const newton = t + excess / density(t, degreesOfFreedom);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (next === t || Math.abs(next - t) <= 4 * Number.EPSILON * t) return next;
    t = next;
  }
}

function density(t: number, degreesOfFreedom: number): number {
  const half = degreesOfFreedom / 2;
  const scale = Math.exp(logGamma(half + 0.5) - logGamma(half)) / Math.sqrt(degreesOfFreedom * Math.PI);
  return scale * (1 + (t * t) / degreesOfFreedom) ** -(half + 0.5);
}
