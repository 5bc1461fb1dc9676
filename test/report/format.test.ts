import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countVerdicts,
  formatChange,
  formatConfiguration,
  formatDuration,
  formatJoules,
  formatMilliseconds,
  formatRatio,
  kilowattHoursPerMonth,
} from '../../src/report/index.ts';
import { mixedKernels } from './samples.ts';

describe('figures', () => {
  it.each([
    [1234, '1.23 kJ'],
    [999.6, '1.00 kJ'],
    [12.345, '12.3 J'],
    [1, '1.00 J'],
    [0.02134, '21.3 mJ'],
    [0.0009996, '1.00 mJ'],
    [3.2e-6, '3.20 µJ'],
    [4.5e-9, '4.50 nJ'],
    [4.5e-11, '0.0450 nJ'],
    [1.234e9, '1,230,000 kJ'],
    [0, '0.00 nJ'],
  ])('%d J is shown as %s', (joules, text) => expect(formatJoules(joules)).toBe(text));

  it.each([
    [1234, '1.23 s'],
    [12.34, '12.3 ms'],
    [0.9999, '1.00 ms'],
    [0.745, '745 µs'],
    [0.00001, '10.0 ns'],
  ])('%d ms is shown as %s', (milliseconds, text) => expect(formatMilliseconds(milliseconds)).toBe(text));

  it.each([
    [1.031, '+3.1 %'],
    [0.88, '-12.0 %'],
    [1.0004, '0.0 %'],
    [0.9996, '0.0 %'],
    [2.4, '+140 %'],
    [13.5, '+1,250 %'],
    [0, '-100 %'],
  ])('a ratio of %d is a change of %s', (ratio, text) => expect(formatChange(ratio)).toBe(text));

  it('carries the interval of a ratio', () => {
    expect(formatRatio({ estimate: 1.031, low: 1.02, high: 1.042 })).toBe('+3.1 % [+2.0, +4.2]');
    expect(formatRatio({ estimate: 1, low: 0.99, high: 1.01 })).toBe('0.0 % [-1.0, +1.0]');
  });

  it.each([
    [0.44, '0.4 s'],
    [9.96, '10 s'],
    [59.7, '1 min 0 s'],
    [83.4, '1 min 23 s'],
    [4210, '1 h 10 min'],
  ])('%d s is shown as %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it('never show more than three significant digits or an exponent', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e6, noNaN: true }), (joules) => {
        const [number = '', unit] = formatJoules(joules).split(' ');
        const scale = { kJ: 1e3, J: 1, mJ: 1e-3, µJ: 1e-6, nJ: 1e-9 }[unit ?? ''] ?? Number.NaN;
        expect(number).toMatch(/^[\d,]+(\.\d+)?$/);
        expect(Math.abs((Number(number.replaceAll(',', '')) * scale) / joules - 1)).toBeLessThan(0.0051);
      }),
    );
  });
});

describe('a configuration', () => {
  it('is shown in its own order', () => {
    expect(formatConfiguration({ WORKGROUP: 64, VECTORIZE: false, LAYOUT: 'row' })).toBe(
      'WORKGROUP=64, VECTORIZE=false, LAYOUT=row',
    );
  });
});

describe('counts and costs', () => {
  it('counts by verdict', () => {
    expect(countVerdicts(mixedKernels)).toEqual({
      gated: 4,
      regressed: 1,
      improved: 1,
      unchanged: 2,
      inconclusive: 0,
      identical: 1,
      new: 1,
      removed: 0,
      missingBaseline: 0,
      environment: 0,
    });
  });

  it('turns a change of a launch into kilowatt-hours a month', () => {
    // 3.6e6 J a day are 1 kWh a day.
    expect(kilowattHoursPerMonth(0.0018, 2e9)).toBeCloseTo(365.25 / 12, 10);
    expect(kilowattHoursPerMonth(-0.0018, 2e9)).toBeCloseTo(-365.25 / 12, 10);
  });
});
