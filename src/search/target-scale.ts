/** Costs above this share of those seen are compressed: how bad a bad configuration is, need not be learnt. */
const compressedFrom = 0.7;
const compression = 0.2;

/**
 * Turns logarithms of costs into what a Gaussian process learns, and keeps their order.
 * @param logCosts of everything seen, at least one.
 */
export function compressionOf(logCosts: readonly number[]): (logCost: number) => number {
  const sorted = [...logCosts].sort((a, b) => a - b);
  const knee = sorted[Math.floor(compressedFrom * (sorted.length - 1))] as number;
  return (value) => (value > knee ? knee + compression * (value - knee) : value);
}

/** `offset + slope * x`, the straight line that a prior's predictions are corrected by. */
export interface Line {
  readonly offset: number;
  readonly slope: number;
}

/** How many observations the belief that the prior is right as it stands (slope 1) is worth. */
const beliefInPrior = 2;

/**
 * Least squares line through (x, y), drawn towards slope 1 while there is little data. A prior that does not fit this
 * kernel ends with a slope of 0: it is not used.
 */
export function calibrate(x: readonly number[], y: readonly number[]): Line {
  const n = x.length;
  const meanX = x.reduce((sum, value) => sum + value, 0) / n;
  const meanY = y.reduce((sum, value) => sum + value, 0) / n;
  let xx = 0;
  let xy = 0;
  x.forEach((value, i) => {
    xx += (value - meanX) ** 2;
    xy += (value - meanX) * ((y[i] as number) - meanY);
  });
  const belief = (beliefInPrior * xx) / n;
  const slope = xx > 0 ? Math.min(1.5, Math.max(0, (xy + belief) / (xx + belief))) : 0;
  return { offset: meanY - slope * meanX, slope };
}
