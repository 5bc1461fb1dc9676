import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { studentTQuantile, studentTUpperTail } from '../../src/stats/index.ts';

describe("Student's t", () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2 (critical values).
  test.each([
    [1, 0.9, 3.078],
    [1, 0.95, 6.314],
    [1, 0.975, 12.706],
    [2, 0.95, 2.92],
    [2, 0.975, 4.303],
    [5, 0.95, 2.015],
    [5, 0.975, 2.571],
    [5, 0.995, 4.032],
    [8, 0.95, 1.86],
    [8, 0.999, 4.501],
    [30, 0.975, 2.042],
    [100, 0.99, 2.364],
  ])('quantile with %d degrees of freedom at %d is %d', (df, probability, expected) => {
    expect(studentTQuantile(probability, df)).toBeCloseTo(expected, 2.9);
  });

  test.each([
    [2, 5, 0.050969739414929174],
    [1.5, 2.5, 0.12391822654314809],
    [40, 5, 9.205981085886477e-8],
  ])('upper tail beyond %d with %d degrees of freedom', (t, df, expected) => {
    expect(studentTUpperTail(t, df) / expected).toBeCloseTo(1, 11);
  });

  test('limits', () => {
    expect(studentTUpperTail(Number.POSITIVE_INFINITY, 3)).toBe(0);
    expect(studentTUpperTail(Number.NEGATIVE_INFINITY, 3)).toBe(1);
    expect(studentTUpperTail(0, 3)).toBe(0.5);
    expect(studentTQuantile(0.5, 3)).toBe(0);
    expect(studentTQuantile(1, 3)).toBe(Number.POSITIVE_INFINITY);
    expect(studentTUpperTail(Number.NaN, 3)).toBeNaN();
    expect(() => studentTUpperTail(1, 0)).toThrow(RangeError);
  });

  test('is symmetric, and the quantile inverts the distribution', () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 30, noNaN: true }), fc.integer({ min: 1, max: 60 }), (t, df) => {
        const probability = studentTUpperTail(-t, df);
        expect(probability + studentTUpperTail(t, df)).toBeCloseTo(1, 12);
        expect(studentTUpperTail(-studentTQuantile(probability, df), df)).toBeCloseTo(probability, 12);
      }),
      { seed: 1, numRuns: 1000, examples: [[-1.0536712127723509e-8, 1]] },
    );
  });
});
