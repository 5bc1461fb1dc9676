import { elementsOf, poisonPattern, poisonView } from './contents.ts';
import { failed, succeeded } from './failure.ts';
import { fromHalf } from './half.ts';
import type { BufferBinding, FailureKind, Outcome } from './types.ts';

/** How many elements fail in a way, and the first of them. */
interface Tally {
  count: number;
  first: number;
}

/**
 * Compares an output with the reference's, both as read back after `poison` and a launch.
 *
 * @returns the largest relative error, differences over the larger of |expected| and the magnitude at which the
 *   relative tolerance passes the absolute one. Fails, in this order, with a reference that has no numbers at all
 *   (`unwritten` or `not-a-number`: nothing could be told from such a comparison), `unwritten` elements, `not-a-number`
 *   where the reference is a number, or a `wrong-result` beyond |actual - expected| <= absolute + relative * |expected|.
 *   Single elements that are not numbers in both are equal, as are single elements that neither has written.
 */
export function compareOutput(
  binding: BufferBinding,
  actual: Uint8Array,
  expected: Uint8Array,
): Outcome<{ readonly maxRelativeError: number }> {
  const { relative, absolute } = binding.check ?? { relative: 0, absolute: 0 };
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
  if (expectedElements.every((element) => Number.isNaN(decode(element)))) {
    return failed(
      'not-a-number',
      `\`${binding.name}\`: the reference itself yields NaN everywhere, which no result can be compared with`,
    );
  }

  const unwritten: Tally = { count: 0, first: -1 };
  const notANumber: Tally = { count: 0, first: -1 };
  const wrong: Tally = { count: 0, first: -1 };
  let maxRelativeError = 0;
  for (let i = 0; i < binding.length; i++) {
    const bits = actualBits[i];
    if (bits === expectedBits[i]) continue;
    if (bits === pattern) {
      add(unwritten, i);
      continue;
    }
    const a = decode(actualElements[i] as number);
    const e = decode(expectedElements[i] as number);
    if (a === e || (Number.isNaN(a) && Number.isNaN(e))) continue;
    if (Number.isNaN(a)) {
      add(notANumber, i);
      continue;
    }
    const difference = Math.abs(a - e);
    if (!Number.isFinite(difference) || difference > absolute + relative * Math.abs(e)) add(wrong, i);
    maxRelativeError = Math.max(maxRelativeError, difference / Math.max(Math.abs(e), scale));
  }

  const report = (kind: FailureKind, tally: Tally, what: string) => {
    const a = decode(actualElements[tally.first] as number);
    const e = decode(expectedElements[tally.first] as number);
    const share = `${tally.count} of ${binding.length} elements`;
    return failed(
      kind,
      `\`${binding.name}\`: ${share} ${what}; first at index ${tally.first}: ${kind === 'unwritten' ? 'nothing was written' : a}, expected ${e}`,
    );
  };
  if (unwritten.count > 0) return report('unwritten', unwritten, 'were not written');
  if (notANumber.count > 0) return report('not-a-number', notANumber, 'are not a number');
  if (wrong.count > 0) return report('wrong-result', wrong, 'are wrong');
  return succeeded({ maxRelativeError });
}

function add(tally: Tally, index: number): void {
  if (tally.count === 0) tally.first = index;
  tally.count++;
}

/** The same bytes where typed arrays of words may view them. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
}
