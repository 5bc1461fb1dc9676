/** How many elements are in a way, and the first of them. */
export interface Tally {
  count: number;
  first: number;
}

/** Elements of one side that are no finite numbers. */
export interface NonFinite {
  readonly nan: Tally;
  readonly infinite: Tally;
}

export function noneYet(): NonFinite {
  return { nan: { count: 0, first: -1 }, infinite: { count: 0, first: -1 } };
}

export function add(tally: Tally, index: number): void {
  if (tally.count === 0) tally.first = index;
  tally.count++;
}

/** Counts an element if it is no finite number. */
export function note({ nan, infinite }: NonFinite, value: number, index: number): void {
  if (Number.isFinite(value)) return;
  add(Number.isNaN(value) ? nan : infinite, index);
}

/** `2 of 4 elements, first at index 1`. */
export function placeOf({ count, first }: Tally, length: number): string {
  return `${count} of ${length} elements, first at index ${first}`;
}

/** What is to be said of elements that are `what` in an output, and in the reference's. */
export function facts(
  what: string,
  sides: { readonly own: Tally; readonly other: Tally; readonly length: number },
): string[] {
  const { own, other, length } = sides;
  if (own.count > 0 && own.count === other.count && own.first === other.first)
    return [`${what} in ${placeOf(own, length)}, as in the reference`];
  return [
    ...(own.count > 0 ? [`${what} in ${placeOf(own, length)}`] : []),
    ...(other.count > 0 ? [`${what} in ${placeOf(other, length)} of the reference`] : []),
  ];
}

/** Why a reference with NaN is none, as parts of a sentence. */
export function unusableReference(found: NonFinite, reference: NonFinite, length: number): string[] {
  return [
    `the reference itself yields NaN in ${placeOf(reference.nan, length)}, which no result can be compared with (if NaN is right there: check: { nan: equal })`,
    ...(found.nan.count === 0 ? [] : [`the variant does in ${placeOf(found.nan, length)}`]),
    ...facts('infinity', { own: found.infinite, other: reference.infinite, length }),
  ];
}
