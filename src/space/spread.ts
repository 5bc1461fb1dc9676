import type { Random } from '../stats/index.ts';
import { drawDistinct, type PointSource } from './draw.ts';
import { type Grid, pointKey } from './grid.ts';
import type { Point } from './types.ts';

/** Random candidates of which the best is taken, for every point. */
const candidatesPerPoint = 60;

/** Sum over the tunables of the distance in units of the whole range: 0 equal, 1 the other end, for each. */
function distance(grid: Grid, a: Point, b: Point): number {
  let sum = 0;
  for (const [d, levels] of grid.levels.entries()) {
    if (levels > 1) sum += Math.abs((a[d] as number) - (b[d] as number)) / (levels - 1);
  }
  return sum;
}

/** How often each value of each tunable occurs among points. */
class ValueCounts {
  readonly #grid: Grid;
  readonly #counts: number[][];

  constructor(grid: Grid) {
    this.#grid = grid;
    this.#counts = grid.levels.map((levels) => new Array<number>(levels).fill(0));
  }

  add(point: Point): void {
    for (const [d, counts] of this.#counts.entries()) counts[point[d] as number]! += 1;
  }

  /** The more its values are in use already, the higher; a value of many levels weighs more. */
  crowding(point: Point): number {
    let sum = 0;
    for (const [d, counts] of this.#counts.entries())
      sum += (counts[point[d] as number] as number) * (this.#grid.levels[d] as number);
    return sum;
  }
}

/**
 * Points that spread over the values of every tunable: each is the best of 60 random ones by
 * -sum_d count[d][value] * levels_d + 0.5 * (smallest distance to those chosen).
 */
export function spreadPoints(options: {
  readonly grid: Grid;
  readonly source: PointSource;
  readonly random: Random;
  readonly count: number;
  readonly chosen: readonly Point[];
}): Point[] {
  const { grid, source, random, count } = options;
  const chosen = [...options.chosen];
  const seen = new Set(chosen.map(pointKey));
  const counts = new ValueCounts(grid);
  for (const point of chosen) counts.add(point);
  const result: Point[] = [];
  while (result.length < count) {
    let best: Point | null = null;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (const point of freshPoints(source, random, seen)) {
      const nearest = chosen.reduce(
        (least, other) => Math.min(least, distance(grid, point, other)),
        Infinity,
      );
      const score = -counts.crowding(point) + (chosen.length > 0 ? 0.5 * nearest : 0);
      if (score > bestScore) {
        best = point;
        bestScore = score;
      }
    }
    if (best === null) break;
    result.push(best);
    chosen.push(best);
    seen.add(pointKey(best));
    counts.add(best);
  }
  return result;
}

function freshPoints(source: PointSource, random: Random, seen: ReadonlySet<string>): Point[] {
  const isFresh = (point: Point) => !seen.has(pointKey(point));
  if (source.all !== null && source.all.length <= 4 * candidatesPerPoint) {
    // Few points: random draws could miss the last ones, so look at all that are left.
    return source.all.filter(isFresh);
  }
  const fresh: Point[] = [];
  for (let tries = 0; fresh.length < candidatesPerPoint && tries < 50 * candidatesPerPoint; tries++) {
    const point = source.draw(random);
    if (point === null) break;
    if (isFresh(point)) fresh.push(point);
  }
  return fresh.length > 0
    ? fresh
    : drawDistinct(source, random, seen.size + candidatesPerPoint).filter(isFresh);
}
