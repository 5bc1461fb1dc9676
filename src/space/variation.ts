import type { Random } from '../stats/index.ts';
import type { Grid } from './grid.ts';
import type { Point } from './types.ts';

/** What the operators need to know of a space. */
export interface VariationSpace {
  readonly grid: Grid;
  isValid(point: Point): boolean;
}

/** Children tried before a pair, or a point, is given up. */
const tries = 32;

/** Valid points that differ in exactly one tunable, tunable by tunable. */
export function neighbours({ grid, isValid }: VariationSpace, point: Point): Point[] {
  const result: Point[] = [];
  for (const [d, levels] of grid.levels.entries()) {
    for (let index = 0; index < levels; index++) {
      if (index === point[d]) continue;
      const candidate = point.with(d, index);
      if (isValid(candidate)) result.push(candidate);
    }
  }
  return result;
}

function firstValid(isValid: (point: Point) => boolean, make: () => Point): Point | null {
  for (let i = 0; i < tries; i++) {
    const child = make();
    if (isValid(child)) return child;
  }
  return null;
}

/** Every tunable from one parent or the other, with equal chances. */
export function crossover(space: VariationSpace, a: Point, b: Point, random: Random): Point | null {
  return firstValid(space.isValid, () =>
    a.map((index, d) => (random.next() < 0.5 ? index : (b[d] as number))),
  );
}

/** Every tunable redrawn among all its values with probability `rate`. */
export function mutate(space: VariationSpace, point: Point, rate: number, random: Random): Point | null {
  const { levels } = space.grid;
  return firstValid(space.isValid, () =>
    point.map((index, d) => (random.next() < rate ? random.integer(levels[d] as number) : index)),
  );
}
