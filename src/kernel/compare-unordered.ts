import { failed, succeeded } from './failure.ts';
import { facts, noneYet, note, unusableReference } from './non-finite.ts';
import type { BufferBinding, Outcome } from './types.ts';

type Check = NonNullable<BufferBinding['check']>;

/** One side of a comparison: every element that was written, as a number; NaN for none that was not. */
export interface Side {
  readonly length: number;
  readonly value: (index: number) => number;
  readonly isWritten: (index: number) => boolean;
}

function read({ length, value, isWritten }: Side) {
  const found = noneYet();
  const numbers = new Float64Array(length);
  let count = 0;
  let unwritten = 0;
  for (let i = 0; i < length; i++) {
    if (!isWritten(i)) {
      unwritten++;
      continue;
    }
    const number = value(i);
    note(found, number, i);
    if (!Number.isNaN(number)) numbers[count++] = number;
  }
  return { found, unwritten, numbers: numbers.subarray(0, count) };
}

/**
 * Compares outputs whose elements may stand in any order, as `check.as` says.
 *
 * - `sorted`, `multiset`: the same values, each as often, within the tolerance.
 * - `set`: each value is one of the other side's, within the tolerance, however often.
 * - `sum`: the sums are the same, within the tolerance of the reference's.
 *
 * Elements that nothing has written do not count; of `sorted` and `multiset` both sides leave as many.
 */
export function compareUnordered(
  { name, check, length }: Pick<BufferBinding, 'name' | 'length'> & { readonly check: Check },
  actual: Side,
  expected: Side,
): Outcome<{ readonly remarks?: readonly string[] }> {
  const mine = read(actual);
  const right = read(expected);
  const counted = check.as === 'sorted' || check.as === 'multiset';
  const say = (what: 'nan' | 'infinite', text: string) =>
    facts(text, { own: mine.found[what], other: right.found[what], length });
  const remarks = [...say('nan', 'NaN'), ...say('infinite', 'infinity')];
  const fail = (kind: 'unwritten' | 'not-a-number' | 'wrong-result', text: string) =>
    failed(kind, `\`${name}\`: ${[text, ...remarks].join('; ')}`);

  const [nans, expectedNans] = [mine.found.nan.count, right.found.nan.count];
  if (expectedNans > 0 && check.nan !== 'equal')
    return failed(
      'not-a-number',
      `\`${name}\`: ${unusableReference(mine.found, right.found, length).join('; ')}`,
    );
  if (mine.unwritten === length) return fail('unwritten', 'the variant wrote no element');
  if (counted && mine.unwritten !== right.unwritten) {
    const text = `${mine.unwritten} of ${length} elements were not written, of the reference's ${right.unwritten}`;
    return fail(mine.unwritten > right.unwritten ? 'unwritten' : 'wrong-result', text);
  }
  if (counted ? nans > expectedNans : nans > 0 && expectedNans === 0)
    return fail('not-a-number', `${nans} of ${length} elements are not a number`);
  if (counted ? nans < expectedNans : nans === 0 && expectedNans > 0)
    return fail('wrong-result', 'elements are a number that are none in the reference');
  const fault = faultOf(check, mine.numbers, right.numbers);
  if (fault !== null) return fail('wrong-result', fault);
  return succeeded(remarks.length === 0 ? {} : { remarks: remarks.map((text) => `\`${name}\`: ${text}`) });
}

function faultOf(check: Check, actual: Float64Array, expected: Float64Array): string | null {
  if (check.as === 'sum') {
    const [sum, right] = [sumOf(actual), sumOf(expected)];
    return isClose(check, sum, right) ? null : `the sum is ${sum}, expected ${right}`;
  }
  actual.sort();
  expected.sort();
  return check.as === 'set' ? setFault(check, actual, expected) : listFault(check, actual, expected);
}

function listFault(check: Check, actual: Float64Array, expected: Float64Array): string | null {
  let wrong = 0;
  let first = -1;
  for (const [i, right] of expected.entries()) {
    if (isClose(check, actual[i] ?? Number.NaN, right)) continue;
    if (wrong++ === 0) first = i;
  }
  if (wrong === 0) return null;
  const place = `first at number ${first + 1} in order of size: ${actual[first]}, expected ${expected[first]}`;
  return `sorted, ${wrong} of ${expected.length} elements are wrong; ${place}`;
}

function setFault(check: Check, actual: Float64Array, expected: Float64Array): string | null {
  const strange = actual.filter(
    (value) => !neighbours(expected, value).some((e) => isClose(check, value, e)),
  );
  const missing = expected.filter(
    (value) => !neighbours(actual, value).some((a) => isClose(check, a, value)),
  );
  const texts = [
    ...(strange.length === 0 ? [] : [`not among the reference's: ${strange.length}, such as ${strange[0]}`]),
    ...(missing.length === 0 ? [] : [`missing of the reference's: ${missing.length}, such as ${missing[0]}`]),
  ];
  return texts.length === 0 ? null : texts.join('; ');
}

/** The values of a sorted list that are nearest to one, from below and above. */
function neighbours(sorted: Float64Array, value: number): number[] {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return [...sorted.subarray(Math.max(0, low - 1), low + 1)];
}

function isClose({ relative, absolute }: Check, actual: number, expected: number): boolean {
  return actual === expected || Math.abs(actual - expected) <= absolute + relative * Math.abs(expected);
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
