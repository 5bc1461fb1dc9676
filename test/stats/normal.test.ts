import { describe, expect, test } from 'vitest';
import { normalCdf, normalPdf } from '../../src/stats/index.ts';

describe('standard normal distribution', () => {
  // Abramowitz and Stegun, table 26.1.
  test.each([
    [0, 0.5],
    [0.5, 0.691462461274013],
    [1, 0.841344746068543],
    [1.96, 0.97500210485178],
    [3, 0.99865010196837],
    [-1, 0.158655253931457],
  ])('P(Z <= %d) = %d', (z, p) => {
    expect(normalCdf(z)).toBeCloseTo(p, 14);
  });

  test('keeps its relative exactness in the far tail', () => {
    expect(normalCdf(-5) / 2.866515718791939e-7).toBeCloseTo(1, 10);
    expect(normalCdf(-8) / 6.220960574271785e-16).toBeCloseTo(1, 6);
    expect([normalCdf(-40), normalCdf(40)]).toEqual([0, 1]);
  });

  test('has the density of the bell curve', () => {
    expect(normalPdf(0)).toBeCloseTo(0.398942280401433, 15);
    expect(normalPdf(-1)).toBeCloseTo(0.241970724519143, 15);
  });
});
