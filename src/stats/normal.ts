/** Density of the standard normal distribution at `z`. */
export function normalPdf(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

const numerator = [
  220.206867912376, 221.213596169931, 112.079291497871, 33.912866078383, 6.37396220353165, 0.700383064443688,
  0.0352624965998911,
];

const denominator = [
  440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674, 86.7807322029461, 16.064177579207,
  1.75566716318264, 0.0883883476483184,
];

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + (coefficients[i] as number);
  return sum;
}

/**
 * Probability that a standard normal variable is at most `z`; absolute error below 1e-14.
 * Hart's rational approximation as given by G. West, "Better approximations to cumulative normal functions", 2005.
 */
export function normalCdf(z: number): number {
  const x = Math.abs(z);
  let tail = 0;
  if (x <= 37) {
    const density = Math.exp(-0.5 * x * x);
    if (x < 7.07106781186547) {
      tail = (density * polynomial(numerator, x)) / polynomial(denominator, x);
    } else {
      const fraction = x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65))));
      tail = density / (fraction * 2.506628274631);
    }
  }
  return z > 0 ? 1 - tail : tail;
}
