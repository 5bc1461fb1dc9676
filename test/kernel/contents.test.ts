import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bufferContents, compareOutput, poison } from '../../src/kernel/index.ts';
import type { Fill, ScalarType } from '../../src/manifest/index.ts';
import { binding, failureOf } from './support.ts';

const floats = (bytes: Uint8Array) => [...new Float32Array(bytes.buffer)];
const halves = (bytes: Uint8Array) => [...new Uint16Array(bytes.buffer)];
/** What an element of an output holds that nothing has written. */
const poisoned = () => new Float32Array(poison(binding({ length: 1 })).buffer)[0] as number;
const bytesOf = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

/** Half precision by definition: the nearest of all 65536 candidates, ties to the even pattern. */
const finiteHalves = Array.from({ length: 0x7c00 }, (_, bits) => {
  const exponent = bits >> 10;
  const fraction = bits & 0x3ff;
  return exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
});
function nearestHalf(value: number): number {
  const magnitude = Math.abs(value);
  let best = 0;
  for (const [bits, candidate] of finiteHalves.entries()) {
    const closer = Math.abs(candidate - magnitude) - Math.abs((finiteHalves[best] as number) - magnitude);
    if (closer < 0 || (closer === 0 && bits % 2 === 0)) best = bits;
  }
  return value < 0 || Object.is(value, -0) ? best | 0x8000 : best;
}

describe('buffer contents', () => {
  it('are simple where the fill is', () => {
    expect(floats(bufferContents(binding({ length: 3, fill: 'zeros' })))).toEqual([0, 0, 0]);
    expect(floats(bufferContents(binding({ length: 3, fill: 'ones' })))).toEqual([1, 1, 1]);
    expect(floats(bufferContents(binding({ length: 4, fill: 'index' })))).toEqual([0, 1, 2, 3]);
    expect(halves(bufferContents(binding({ length: 3, fill: 'index', type: 'f16' })))).toEqual([
      0, 0x3c00, 0x4000, 0,
    ]);
  });

  it('start counting again where half precision ends being exact', () => {
    const elements = halves(bufferContents(binding({ length: 2050, fill: 'index', type: 'f16' })));
    expect(elements.slice(2047)).toEqual([0x67ff, 0, 0x3c00]);
  });

  it.each<[ScalarType, Fill]>([
    ['f32', 'normal'],
    ['f16', 'normal'],
    ['i32', 'normal'],
    ['u32', 'uniform'],
  ])('of %s %s depend on seed and binding, and on nothing else', (type, fill) => {
    const one = bufferContents(binding({ length: 1000, type, fill, seed: 3 }));
    expect(bufferContents(binding({ length: 1000, type, fill, seed: 3, name: 'other' }))).toEqual(one);
    expect(bufferContents(binding({ length: 1000, type, fill, seed: 4 }))).not.toEqual(one);
    expect(bufferContents(binding({ length: 1000, type, fill, seed: 3, binding: 1 }))).not.toEqual(one);
  });

  it('have the distribution they promise', () => {
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const normal = floats(bufferContents(binding({ length: 100_000, fill: 'normal' })));
    expect(Math.abs(mean(normal))).toBeLessThan(0.02);
    expect(Math.abs(mean(normal.map((value) => value * value)) - 1)).toBeLessThan(0.02);
    const uniform = floats(bufferContents(binding({ length: 100_000, fill: 'uniform' })));
    expect(Math.min(...uniform.slice(0, 1000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform.slice(0, 1000))).toBeLessThan(1);
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(0.01);
  });

  it('repeat with a prime period when they are long', () => {
    const elements = new Float32Array(bufferContents(binding({ length: 3_500_000, fill: 'uniform' })).buffer);
    expect(elements[1_048_573]).toBe(elements[0]);
    expect(elements[3_400_000]).toBe(elements[3_400_000 - 2 * 1_048_573]);
    expect(elements[1_048_576]).not.toBe(elements[0]);
  });

  it('of uniforms are their values, padded', () => {
    const uniform = binding({ length: 2, kind: 'uniform', type: 'u32', values: [7, 9], byteLength: 16 });
    expect([...new Uint32Array(bufferContents(uniform).buffer)]).toEqual([7, 9, 0, 0]);
  });

  it('round to the nearest half, ties to even', () => {
    const half = (value: number) =>
      halves(
        bufferContents(binding({ length: 1, type: 'f16', kind: 'uniform', values: [value], byteLength: 4 })),
      )[0];
    for (const [value, bits] of [
      [65504, 0x7bff],
      [65519, 0x7bff],
      [65520, 0x7c00],
      [-1e9, 0xfc00],
      [2 ** -24, 1],
      [2 ** -25, 0],
      [2 ** -25 * 1.001, 1],
      [2049, 0x6800],
      [2051, 0x6802],
      [0.1, 0x2e66],
    ] as const) {
      expect(half(value), String(value)).toBe(bits);
    }
    expect(half(Number.NaN)).toBe(0x7e00);
    const value = fc.double({ min: -65504, max: 65504, noNaN: true }).map(Math.fround);
    const tiny = fc.double({ min: -1e-4, max: 1e-4, noNaN: true }).map(Math.fround);
    fc.assert(
      fc.property(fc.oneof(value, tiny), (number) => {
        expect(half(number)).toBe(nearestHalf(number));
      }),
      { numRuns: 200 },
    );
  });
});

describe('comparing outputs', () => {
  const check = { relative: 0.01, absolute: 0.001 };
  const output = (length: number, more = {}) => binding({ length, check, ...more });

  it('accepts what is within |expected| * relative + absolute', () => {
    const outcome = compareOutput(output(3), bytesOf(100.5, 0.0005, -2), bytesOf(100, 0, -2));
    expect(outcome).toEqual({ ok: true, value: { maxRelativeError: expect.closeTo(0.005, 6) } });
  });

  it('names the first wrong element and their number', () => {
    const failure = failureOf(compareOutput(output(4), bytesOf(1, 5, 3, 7), bytesOf(1, 2, 3, 4)));
    expect(failure).toEqual({
      kind: 'wrong-result',
      message: '`data`: 2 of 4 elements are wrong; first at index 1: 5, expected 2',
    });
  });

  it('finds what was not written', () => {
    const buffer = output(3);
    const actual = poison(buffer);
    actual.set(bytesOf(1), 0);
    expect(failureOf(compareOutput(buffer, actual, bytesOf(1, 2, 3)))).toEqual({
      kind: 'unwritten',
      message: '`data`: 2 of 3 elements were not written; first at index 1: nothing was written, expected 2',
    });
    expect(failureOf(compareOutput(buffer, poison(buffer), poison(buffer)))).toEqual({
      kind: 'unwritten',
      message: '`data`: neither the variant nor the reference wrote any element',
    });
    expect(failureOf(compareOutput(buffer, bytesOf(1, 2, 3), poison(buffer)))).toEqual({
      kind: 'unwritten',
      message: '`data`: the reference wrote no element',
    });
  });

  it('lets elements be that neither has written', () => {
    const buffer = output(4);
    const part = poison(buffer);
    part.set(bytesOf(1, 2, 3), 0);
    expect(compareOutput(buffer, part, part)).toEqual({ ok: true, value: { maxRelativeError: 0 } });
  });

  it.each([
    [[0, 0, 0], 0, 'all elements are 0, which a program that computes nothing may yield as well'],
    [[0], 0, 'all elements are 0, which a program that computes nothing may yield as well'],
    [[1e-4, -5e-4, 0], 0, 'no element is larger than the tolerance, so zeros would pass as well'],
    [[7, 7, 7], 0, "all elements are 7, so one in another's place would pass as well"],
    [[1, 2], 2, 'nothing writes 2 of 4 elements, first at index 2'],
    [[0, 0, 1e-2], 0, null],
    [[3], 0, null],
  ])('says what its check cannot see: of %j and %i unwritten', (elements, unwritten, expected) => {
    const buffer = output(elements.length + unwritten);
    const bytes = poison(buffer);
    bytes.set(bytesOf(...elements), 0);
    const remarks = expected === null ? {} : { remarks: [`\`data\`: ${expected}`] };
    expect(compareOutput(buffer, bytes, bytes)).toEqual({
      ok: true,
      value: { maxRelativeError: 0, ...remarks },
    });
  });

  it('takes no NaN for a number', () => {
    const nan = Number.NaN;
    const failure = failureOf(compareOutput(output(2), bytesOf(1, nan), bytesOf(1, 2)));
    expect(failure).toEqual({
      kind: 'not-a-number',
      message: '`data`: 1 of 2 elements are not a number; first at index 1: NaN, expected 2',
    });
    const result = compareOutput(output(2), bytesOf(1, nan), bytesOf(1, poisoned()));
    expect(failureOf(result).kind).toBe('not-a-number');
  });

  const hint = 'which no result can be compared with (if NaN is right there: check: { nan: equal })';

  it('accepts no result, not even the same, against a reference with NaN', () => {
    const nan = Number.NaN;
    const unusable = (tail: string) => ({
      kind: 'not-a-number',
      message: `\`data\`: the reference itself yields NaN in 2 of 4 elements, first at index 1, ${hint}${tail}`,
    });
    const expected = bytesOf(1, nan, nan, 4);
    const compared = (actual: Uint8Array, more = {}) =>
      failureOf(compareOutput(output(4, more), actual, expected));
    expect(compared(bytesOf(1, 2, 3, 4))).toEqual(unusable(''));
    expect(compared(poison(output(4)))).toEqual(unusable(''));
    expect(compared(expected)).toEqual(unusable('; the variant does in 2 of 4 elements, first at index 1'));
    // In place there is no poison to tell unwritten elements by; the reference is as useless.
    expect(compared(bytesOf(1, 2, 3, 4), { readsInitial: true })).toEqual(unusable(''));
    const half = output(2, { type: 'f16' });
    const bits = new Uint8Array(Uint16Array.from([0x7e00, 0xfe01]).buffer);
    expect(failureOf(compareOutput(half, bits, bits)).message).toContain('NaN in 2 of 2 elements');
  });

  it('takes NaN for NaN where the manifest says so, and says where it is', () => {
    const nan = Number.NaN;
    const equal = output(3, { check: { ...check, nan: 'equal' } });
    expect(compareOutput(equal, bytesOf(1, nan, 3), bytesOf(1, nan, 3))).toEqual({
      ok: true,
      value: {
        maxRelativeError: 0,
        remarks: ['`data`: NaN in 1 of 3 elements, first at index 1, as in the reference'],
      },
    });
    expect(failureOf(compareOutput(equal, bytesOf(1, nan, 3), bytesOf(1, 2, 3))).kind).toBe('not-a-number');
    expect(failureOf(compareOutput(equal, bytesOf(1, 2, 3), bytesOf(1, nan, nan)))).toEqual({
      kind: 'wrong-result',
      message:
        '`data`: 2 of 3 elements are wrong; first at index 1: 2, expected NaN; NaN in 2 of 3 elements, first at index 1 of the reference',
    });
  });

  it('takes infinity for nothing but itself, and says where it is', () => {
    const infinity = Number.POSITIVE_INFINITY;
    expect(compareOutput(output(2), bytesOf(1, infinity), bytesOf(1, infinity))).toEqual({
      ok: true,
      value: {
        maxRelativeError: 0,
        remarks: ['`data`: infinity in 1 of 2 elements, first at index 1, as in the reference'],
      },
    });
    expect(failureOf(compareOutput(output(3), bytesOf(3, 1, infinity), bytesOf(infinity, 1, 2)))).toEqual({
      kind: 'wrong-result',
      message:
        '`data`: 2 of 3 elements are wrong; first at index 0: 3, expected Infinity; infinity in 1 of 3 elements, first at index 2; infinity in 1 of 3 elements, first at index 0 of the reference',
    });
    expect(failureOf(compareOutput(output(1), bytesOf(-infinity), bytesOf(infinity))).kind).toBe(
      'wrong-result',
    );
  });

  it('reads half precision and leaves the padding alone', () => {
    const buffer = output(1, { type: 'f16' });
    const bytes = (...bits: number[]) => new Uint8Array(Uint16Array.from(bits).buffer);
    expect(compareOutput(buffer, bytes(0x3c01, 77), bytes(0x3c00, 0)).ok).toBe(true);
    expect(failureOf(compareOutput(buffer, bytes(0x4000, 0), bytes(0x3c00, 0))).message).toContain(
      'index 0: 2, expected 1',
    );
    expect(failureOf(compareOutput(buffer, poison(buffer), bytes(0x3c00, 0))).kind).toBe('unwritten');
  });

  it('compares integers exactly when told to', () => {
    const exact = binding({ length: 1, type: 'i32', check: { relative: 0, absolute: 0 } });
    const bytes = (value: number) => new Uint8Array(Int32Array.from([value]).buffer);
    expect(compareOutput(exact, bytes(-5), bytes(-5)).ok).toBe(true);
    expect(failureOf(compareOutput(exact, bytes(-5), bytes(-6))).kind).toBe('wrong-result');
  });

  it('fills instead of poisoning what the program reads', () => {
    const inPlace = output(2, { readsInitial: true, fill: 'ones' });
    expect(floats(poison(inPlace))).toEqual([1, 1]);
    expect(floats(poison(output(1)))).toEqual([Number.NaN]);
  });
});
