import type { Random } from '../stats/index.ts';
import type { Configuration, Point, Tunable, TunableValue } from './types.ts';

/** The raw product of the tunables' values, before any constraint. */
export interface Grid {
  readonly tunables: readonly Tunable[];
  /** Number of values of every tunable. */
  readonly levels: readonly number[];
  readonly rawSize: number;
  /** Whether a point has one index in range for every tunable. */
  holds(point: Point): boolean;
  value(tunable: number, index: number): TunableValue;
  configuration(point: Point): Configuration;
  point(configuration: Configuration): Point | null;
  /** Any point, all equally likely. */
  draw(random: Random): Point;
}

/** Distinguishes points of one grid in sets and maps. */
export function pointKey(point: Point): string {
  return point.join(',');
}

export function createGrid(tunables: readonly Tunable[]): Grid {
  const levels = tunables.map(({ values }) => values.length);
  const indices = tunables.map(({ values }) => new Map(values.map((value, index) => [value, index])));
  const value = (tunable: number, index: number) => tunables[tunable]?.values[index] as TunableValue;
  return {
    tunables,
    levels,
    rawSize: levels.reduce((product, count) => product * count, 1),
    value,
    holds: (point) =>
      point.length === levels.length &&
      point.every((index, d) => Number.isInteger(index) && index >= 0 && index < (levels[d] as number)),
    configuration: (point) =>
      Object.fromEntries(tunables.map(({ name }, d) => [name, value(d, point[d] as number)])),
    point: (configuration) => {
      const point: number[] = [];
      for (const [d, { name }] of tunables.entries()) {
        if (!Object.hasOwn(configuration, name)) return null;
        const index = indices[d]?.get(configuration[name] as TunableValue);
        if (index === undefined) return null;
        point.push(index);
      }
      return point;
    },
    draw: (random) => levels.map((count) => random.integer(count)),
  };
}
