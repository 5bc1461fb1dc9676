import { add, placeOf, type Tally } from './non-finite.ts';
import type { BufferBinding } from './types.ts';

/** More than this share of an output that nobody writes is remarked on; what only fills gaps, as after a vec3, is less. */
const mostUnwritten = 0.25;

/**
 * What a check of right outputs cannot see, as parts of sentences: a result of zeros, an element in another's place, elements that
 * nobody writes.
 *
 * @param value an element of the reference
 */
export function blindSpots(
  { length, check }: Pick<BufferBinding, 'length' | 'check'>,
  ...[value, isWritten]: [value: (index: number) => number, isWritten: (index: number) => boolean]
): string[] {
  const { relative, absolute } = check ?? { relative: 0, absolute: 0 };
  const unwritten: Tally = { count: 0, first: -1 };
  let first: number | undefined;
  let isUniform = true;
  let zerosPass = true;
  for (let i = 0; i < length; i++) {
    if (!isWritten(i)) {
      add(unwritten, i);
      continue;
    }
    const number = value(i);
    first ??= number;
    if (number !== first) isUniform = false;
    if (!Number.isFinite(number) || Math.abs(number) > absolute + relative * Math.abs(number))
      zerosPass = false;
  }
  const spots: string[] = [];
  if (first === undefined) return spots;
  if (isUniform && first === 0)
    spots.push('all elements are 0, which a program that computes nothing may yield as well');
  else if (zerosPass) spots.push('no element is larger than the tolerance, so zeros would pass as well');
  else if (isUniform && length - unwritten.count > 1)
    spots.push(`all elements are ${first}, so one in another's place would pass as well`);
  if (unwritten.count > mostUnwritten * length) spots.push(`nothing writes ${placeOf(unwritten, length)}`);
  return spots;
}
