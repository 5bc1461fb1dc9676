import type { Random } from '../stats/index.ts';

export type TunableValue = number | boolean | string;

/** One value for every tunable. */
export type Configuration = Readonly<Record<string, TunableValue>>;

/** A named parameter with its allowed values, in the manifest's order. */
export interface Tunable {
  readonly name: string;
  readonly values: readonly TunableValue[];
}

/** A configuration as value indices, one per tunable, in the order of `Space.tunables`. */
export type Point = readonly number[];

/** A condition on a configuration that is only evaluated once all the tunables it names are chosen. */
export interface Constraint {
  readonly names: readonly string[];
  test(configuration: Configuration): boolean;
}

/** The valid configurations of a kernel. Nothing is enumerated before it is asked for. */
export interface Space {
  readonly tunables: readonly Tunable[];
  /** Number of points before constraints. */
  readonly rawSize: number;
  isValid(point: Point): boolean;
  configuration(point: Point): Configuration;
  /** null if a tunable is missing or has a value outside the space; constraints are not checked. */
  point(configuration: Configuration): Point | null;
  /** A stable, readable, unique name: `WORKGROUP=64,PER_THREAD=2`. */
  id(point: Point): string;
  /** Every valid point, lexicographically, pruned as soon as a constraint's names are all set. */
  enumerate(): IterableIterator<Point>;
  /** Number of valid points, counted up to `limit`. */
  count(limit?: number): { readonly value: number; readonly exact: boolean };
  /** Up to `count` distinct valid points, uniformly. Fewer if the space holds fewer. */
  sample(random: Random, count: number): Point[];
  /** Up to `count` distinct valid points that spread over the values of every tunable (`search.md`'s start). */
  stratified(random: Random, count: number, chosen?: readonly Point[]): Point[];
  /** Valid points that differ in exactly one tunable. */
  neighbours(point: Point): Point[];
  /** Uniform crossover; null if no valid child was found in a bounded number of tries. */
  crossover(a: Point, b: Point, random: Random): Point | null;
  /** Every tunable redrawn with probability `rate`; null as above. */
  mutate(point: Point, rate: number, random: Random): Point | null;
}
