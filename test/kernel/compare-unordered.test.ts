import { describe, expect, it } from 'vitest';
import { compareOutput, poison } from '../../src/kernel/index.ts';
import { binding, failureOf } from './support.ts';

type As = 'set' | 'multiset' | 'sum' | 'sorted';

const bytesOf = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const output = (as: As, length = 4, more = {}) =>
  binding({ length, check: { relative: 0.01, absolute: 0, as, ...more } });
const messageOf = (as: As, actual: Uint8Array, expected: Uint8Array) =>
  failureOf(compareOutput(output(as), actual, expected)).message;

/** Elements of which the last ones were never written. */
function listOf(length: number, ...values: number[]): Uint8Array {
  const bytes = poison(binding({ length }));
  bytes.set(bytesOf(...values));
  return bytes;
}

describe('outputs without order', () => {
  it.each(['set', 'multiset', 'sum', 'sorted'] as const)('are right in any order as %s', (as) => {
    const expected = bytesOf(1, 2, 3, 4);
    expect(compareOutput(output(as), bytesOf(4, 1.001, 3, 2), expected)).toMatchObject({ ok: true });
    expect(failureOf(compareOutput(output(as), bytesOf(4, 1.1, 3, 2), expected)).kind).toBe('wrong-result');
  });

  it('have each value as often as multiset and sorted, and not as set', () => {
    const [actual, expected] = [bytesOf(1, 1, 2, 3), bytesOf(3, 2, 2, 1)];
    for (const as of ['multiset', 'sorted'] as const) {
      expect(messageOf(as, actual, expected)).toBe(
        '`data`: sorted, 1 of 4 elements are wrong; first at number 2 in order of size: 1, expected 2',
      );
    }
    expect(compareOutput(output('set'), actual, expected).ok).toBe(true);
    expect(messageOf('set', bytesOf(1, 7, 2, 2), expected)).toBe(
      "`data`: not among the reference's: 1, such as 7; missing of the reference's: 1, such as 3",
    );
  });

  it('may differ but in their sum', () => {
    expect(compareOutput(output('sum'), listOf(4, 6, 4), bytesOf(1, 2, 3, 4)).ok).toBe(true);
    expect(messageOf('sum', bytesOf(6, 5, 0, 0), bytesOf(1, 2, 3, 4))).toBe(
      '`data`: the sum is 11, expected 10',
    );
  });

  it('leave as many elements unwritten', () => {
    expect(compareOutput(output('multiset'), listOf(4, 1, 2), listOf(4, 2, 1)).ok).toBe(true);
    const failure = failureOf(compareOutput(output('multiset'), listOf(4, 1), listOf(4, 2, 1)));
    expect(failure).toEqual({
      kind: 'unwritten',
      message: "`data`: 3 of 4 elements were not written, of the reference's 2",
    });
    expect(failureOf(compareOutput(output('set'), listOf(4), listOf(4, 2))).kind).toBe('unwritten');
  });

  it('say NaN and infinity like others', () => {
    const nan = Number.NaN;
    expect(messageOf('sum', bytesOf(1, 2, 3, 4), bytesOf(1, nan, 3, 4))).toContain(
      'the reference itself yields NaN in 1 of 4 elements, first at index 1',
    );
    const failure = failureOf(compareOutput(output('set'), bytesOf(1, 2, nan, 4), bytesOf(1, 2, 3, 4)));
    expect(failure.kind).toBe('not-a-number');
    const infinite = bytesOf(1, -Infinity, 3, 4);
    expect(compareOutput(output('sorted'), infinite, infinite)).toMatchObject({
      ok: true,
      value: { remarks: ['`data`: infinity in 1 of 4 elements, first at index 1, as in the reference'] },
    });
    const equal = output('sorted', 4, { nan: 'equal' });
    expect(compareOutput(equal, bytesOf(nan, 2, 3, 4), bytesOf(4, nan, 3, 2)).ok).toBe(true);
    expect(compareOutput(equal, bytesOf(1, 2, 3, 4), bytesOf(4, nan, 3, 2)).ok).toBe(false);
  });
});
