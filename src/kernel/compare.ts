import { blindSpots } from './blind-check.ts';
import { compareUnordered } from './compare-unordered.ts';
import { elementsOf, poisonPattern, poisonView } from './contents.ts';
import { failed, succeeded } from './failure.ts';
import { fromHalf } from './half.ts';
import { add, facts, noneYet, note, type Tally, unusableReference } from './non-finite.ts';
import type { BufferBinding, FailureKind, Outcome } from './types.ts';

/** What came of a comparison that found nothing wrong. */
export interface Comparison {
  /** Differences over the larger of |expected| and the magnitude at which the relative tolerance passes the absolute one. */
  readonly maxRelativeError: number;
  /** What is to be said of the outputs all the same: NaN and infinity, with counts and the first place; what the check cannot see. Absent: nothing. */
  readonly remarks?: readonly string[];
}

/**
 * Compares an output with the reference's, both as read back after `poison` and a launch.
 *
 * Of outputs without order see `compareUnordered`. Others fail, in this order, with a reference that has written nothing (`unwritten`) or yields NaN (`not-a-number`: nothing
 * could be told from such a comparison, unless `check.nan` says that NaN is right there), `unwritten` elements,
 * `not-a-number` where the reference is a number, or a `wrong-result` beyond
 * |actual - expected| <= absolute + relative * |expected|. Infinity equals itself. Single elements that neither has
 * written are equal. Every failure and every success says how many elements are NaN or infinite, and which is the first.
 */
export function compareOutput(
  binding: BufferBinding,
  actual: Uint8Array,
  expected: Uint8Array,
): Outcome<Comparison> {
  const { relative, absolute, nan: nanEquals } = binding.check ?? { relative: 0, absolute: 0 };
  const decode = binding.type === 'f16' ? fromHalf : (value: number) => value;
  const actualElements = elementsOf(binding, aligned(actual));
  const expectedElements = elementsOf(binding, aligned(expected));
  const actualBits = poisonView(binding, aligned(actual));
  const expectedBits = poisonView(binding, aligned(expected));
  const pattern = binding.readsInitial ? Number.NaN : poisonPattern(binding.type);
  const scale = relative > 0 ? absolute / relative : absolute;

  if (expectedBits.every((bits) => bits === pattern)) {
    const who = actualBits.every((bits) => bits === pattern)
      ? 'neither the variant nor the reference wrote any element'
      : 'the reference wrote no element';
    return failed('unwritten', `\`${binding.name}\`: ${who}`);
  }

  const { check } = binding;
  if (check?.as !== undefined) {
    const side = (elements: ArrayLike<number>, bits: ArrayLike<number>) => ({
      length: binding.length,
      value: (i: number) => decode(elements[i] as number),
      isWritten: (i: number) => bits[i] !== pattern,
    });
    const compared = compareUnordered(
      { ...binding, check },
      side(actualElements, actualBits),
      side(expectedElements, expectedBits),
    );
    return compared.ok ? succeeded({ maxRelativeError: 0, ...compared.value }) : compared;
  }

  const unwritten: Tally = { count: 0, first: -1 };
  const notANumber: Tally = { count: 0, first: -1 };
  const wrong: Tally = { count: 0, first: -1 };
  const found = noneYet();
  const reference = noneYet();
  let maxRelativeError = 0;
  for (let i = 0; i < binding.length; i++) {
    const bits = actualBits[i];
    const a = decode(actualElements[i] as number);
    const e = decode(expectedElements[i] as number);
    if (bits !== pattern) note(found, a, i);
    if (expectedBits[i] !== pattern) note(reference, e, i);
    if (bits === expectedBits[i]) continue;
    if (bits === pattern) {
      add(unwritten, i);
      continue;
    }
    if (a === e || (Number.isNaN(a) && Number.isNaN(e) && expectedBits[i] !== pattern)) continue;
    if (Number.isNaN(a)) {
      add(notANumber, i);
      continue;
    }
    const difference = Math.abs(a - e);
    if (!Number.isFinite(difference) || difference > absolute + relative * Math.abs(e)) add(wrong, i);
    maxRelativeError = Math.max(maxRelativeError, difference / Math.max(Math.abs(e), scale));
  }

  const share = ({ count }: Tally) => `${count} of ${binding.length} elements`;
  const { length } = binding;
  const infinities = facts('infinity', { own: found.infinite, other: reference.infinite, length });
  const nans = facts('NaN', { own: found.nan, other: reference.nan, length });
  const fail = (kind: FailureKind, texts: readonly string[]) =>
    failed(kind, `\`${binding.name}\`: ${texts.join('; ')}`);
  if (reference.nan.count > 0 && nanEquals !== 'equal') {
    return fail('not-a-number', unusableReference(found, reference, length));
  }
  const report = (kind: FailureKind, tally: Tally, what: string) => {
    const a = kind === 'unwritten' ? 'nothing was written' : decode(actualElements[tally.first] as number);
    const e = decode(expectedElements[tally.first] as number);
    const first = `${share(tally)} ${what}; first at index ${tally.first}: ${a}, expected ${e}`;
    return fail(kind, [first, ...(kind === 'not-a-number' ? [] : nans), ...infinities]);
  };
  if (unwritten.count > 0) return report('unwritten', unwritten, 'were not written');
  if (notANumber.count > 0) return report('not-a-number', notANumber, 'are not a number');
  if (wrong.count > 0) return report('wrong-result', wrong, 'are wrong');
  const blind = blindSpots(
    binding,
    (i) => decode(expectedElements[i] as number),
    (i) => expectedBits[i] !== pattern,
  );
  const remarks = [...nans, ...infinities, ...blind].map((text) => `\`${binding.name}\`: ${text}`);
  return succeeded({ maxRelativeError, ...(remarks.length === 0 ? {} : { remarks }) });
}

/** The same bytes where typed arrays of words may view them. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
}
