import type { DeclIdent } from '../wesl.ts';
import { anyNumber, type Range, union } from './range.ts';

/** A part of a variable: `params.size` is at `.size` of `params`. */
export interface Place {
  readonly variable: DeclIdent;
  /** As slots are called: `rows`, `size.x`, `taps[2]`; with `[*]` for an element that is worked out. */
  readonly path: string;
}

/** What is known of a value. */
export interface Value {
  /** One for each component of a number or vector of whole numbers; null for all else. */
  readonly ranges: readonly Range[] | null;
  /** The buffers, members and other sources whose contents it depends on. */
  readonly sources: ReadonlySet<string>;
  /** Where it stands, of variables and what pointers point to; null for what was worked out. */
  readonly place: Place | null;
}

const nothing: ReadonlySet<string> = new Set();

export const unknownValue: Value = { ranges: null, sources: nothing, place: null };

export function workedOut(ranges: readonly Range[] | null, sources: ReadonlySet<string> = nothing): Value {
  return { ranges, sources, place: null };
}

/** The only component; anything for what is no single whole number. */
export function rangeOf({ ranges }: Value): Range {
  return (ranges?.length === 1 ? ranges[0] : undefined) ?? anyNumber;
}

export function allSources(values: readonly Value[]): ReadonlySet<string> {
  const sources = values.map((value) => value.sources).filter(({ size }) => size > 0);
  return sources.length <= 1 ? (sources[0] ?? nothing) : new Set(sources.flatMap((some) => [...some]));
}

/** A value that is one of two. */
export function eitherOf(a: Value, b: Value): Value {
  const [x, y] = [a.ranges, b.ranges];
  const ranges =
    x !== null && y !== null && x.length === y.length ? x.map((one, i) => union(one, y[i] ?? one)) : null;
  const place = a.place?.variable === b.place?.variable && a.place?.path === b.place?.path ? a.place : null;
  return { ranges, sources: allSources([a, b]), place };
}
