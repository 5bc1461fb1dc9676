import type { Random } from '../stats/index.ts';
import { shuffle } from '../stats/index.ts';
import { configurationId } from './configuration-id.ts';
import { createSource, drawDistinct, listSource, type PointSource } from './draw.ts';
import { createGrid, type Grid, pointKey } from './grid.ts';
import { createSchedule, Draft } from './schedule.ts';
import { spreadPoints } from './spread.ts';
import type { Constraint, Point, Space, Tunable } from './types.ts';
import { crossover, mutate, neighbours } from './variation.ts';
import { type VisitBudget, walk } from './walk.ts';

/** Counting gives up after trying this many values; what it has found until then is a lower bound. */
const countingVisits = 20_000_000;

interface SpaceParts {
  readonly grid: Grid;
  isValid(point: Point): boolean;
  enumerate(budget?: VisitBudget): Generator<Point>;
  /** Called when the first random point is wanted. */
  createSource(): PointSource;
}

function assemble({ grid, isValid, enumerate, createSource }: SpaceParts): Space {
  let known: PointSource | null = null;
  const source = () => {
    known ??= createSource();
    return known;
  };
  const variation = { grid, isValid };
  return {
    tunables: grid.tunables,
    rawSize: grid.rawSize,
    isValid,
    configuration: (point) => grid.configuration(point),
    point: (configuration) => grid.point(configuration),
    id: (point) => configurationId(grid.configuration(point), grid.tunables),
    enumerate: () => enumerate(),
    count: (limit = Infinity) => {
      const listed = known?.all?.length;
      if (listed !== undefined) return { value: Math.min(listed, limit), exact: listed <= limit };
      const budget = { visits: countingVisits };
      let value = 0;
      for (const _ of enumerate(budget)) {
        if (value >= limit) return { value, exact: false };
        value++;
      }
      return { value, exact: budget.visits > 0 };
    },
    sample: (random: Random, count: number) => {
      const { all } = source();
      if (all !== null && count * 2 > all.length) return shuffle([...all], random).slice(0, count);
      return drawDistinct(source(), random, count);
    },
    stratified: (random, count, chosen = []) =>
      spreadPoints({ grid, source: source(), random, count, chosen }),
    neighbours: (point) => neighbours(variation, point),
    crossover: (a, b, random) => crossover(variation, a, b, random),
    mutate: (point, rate, random) => mutate(variation, point, rate, random),
  };
}

/**
 * The configurations that fulfil all constraints. Costs nothing until points are asked for; the first random point
 * costs some thousand constraint tests, and one listing of the space where the constraints are tight.
 */
export function createSpace(options: {
  readonly tunables: readonly Tunable[];
  readonly constraints: readonly Constraint[];
}): Space {
  const grid = createGrid(options.tunables);
  const schedule = createSchedule(grid, options.constraints);
  const draft = new Draft(schedule);
  return assemble({
    grid,
    isValid: (point) => grid.holds(point) && draft.allows(point),
    enumerate: (budget) => walk(schedule, budget),
    createSource: () => createSource(schedule),
  });
}

function compare(a: Point, b: Point): number {
  for (let d = 0; d < a.length; d++) {
    const difference = (a[d] as number) - (b[d] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A space of given points, as a recording has them. Points outside the tunables' values are left out. */
export function createListedSpace(tunables: readonly Tunable[], points: readonly Point[]): Space {
  const grid = createGrid(tunables);
  const unique = new Map(points.filter(grid.holds).map((point) => [pointKey(point), point]));
  const sorted = [...unique.values()].sort(compare);
  return assemble({
    grid,
    isValid: (point) => unique.has(pointKey(point)),
    enumerate: function* () {
      yield* sorted;
    },
    createSource: () => listSource(sorted),
  });
}
