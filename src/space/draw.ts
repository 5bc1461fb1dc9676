import { createRandom, type Random } from '../stats/index.ts';
import { Draft, type Schedule } from './schedule.ts';
import type { Point } from './types.ts';
import { walk } from './walk.ts';

/** Where single random points come from. */
export interface PointSource {
  /** A random valid point; null if the space is empty. Points may repeat. */
  draw(random: Random): Point | null;
  /** All valid points, where they were listed anyway. */
  readonly all: readonly Point[] | null;
}

/** Raw points looked at to see how tight the constraints are. */
const probes = 4096;
/** Below this share of valid raw points drawing until one is valid is too slow. */
const smallestShare = 0.01;
/** Values tried, and points kept, before listing a tight space is given up. */
const listing = { visits: 2_500_000, points: 100_000 };
/** Draws from a listed space never fail; these bound the other two ways. */
const rejectionTries = 20_000;
const diveTries = 200;
/** Dives of which one is kept, in proportion to how unlikely a dive is to end there. */
const divesPerDraw = 8;

/** Fixed, so that what a space does never depends on what was asked of it before. */
const probeSeed = 0x5eed;

function listAll(schedule: Schedule): readonly Point[] | null {
  const points: Point[] = [];
  const budget = { visits: listing.visits };
  for (const point of walk(schedule, budget)) {
    points.push(point);
    if (points.length > listing.points) return null;
  }
  return budget.visits > 0 ? points : null;
}

export function listSource(points: readonly Point[]): PointSource {
  return {
    draw: (random) => points[random.integer(points.length)] ?? null,
    all: points,
  };
}

/**
 * One random way down the tree of choices that never enters a branch a constraint already excludes. The weight is
 * the inverse of its probability (Knuth 1975), with which resampling makes dives nearly uniform.
 */
function dive(schedule: Schedule, random: Random): { point: Point; weight: number } | null {
  const { levels } = schedule.grid;
  const draft = new Draft(schedule);
  if (!draft.allowsAny()) return null;
  const point: number[] = [];
  let weight = 1;
  for (const [d, count] of levels.entries()) {
    const allowed: number[] = [];
    for (let index = 0; index < count; index++) if (draft.choose(d, index)) allowed.push(index);
    const index = allowed[random.integer(allowed.length)];
    if (index === undefined) return null;
    draft.choose(d, index);
    point.push(index);
    weight *= allowed.length / count;
  }
  return { point, weight };
}

/** For spaces that are both tight and too large to list: close to uniform, not exactly. */
function diveSource(schedule: Schedule): PointSource {
  return {
    all: null,
    draw: (random) => {
      let kept: Point | null = null;
      let total = 0;
      let found = 0;
      for (let i = 0; i < diveTries && found < divesPerDraw; i++) {
        const next = dive(schedule, random);
        if (next === null) continue;
        found++;
        total += next.weight;
        if (random.next() * total < next.weight) kept = next.point;
      }
      return kept;
    },
  };
}

function rejectionSource(schedule: Schedule): PointSource {
  const draft = new Draft(schedule);
  return {
    all: null,
    draw: (random) => {
      for (let i = 0; i < rejectionTries; i++) {
        const point = schedule.grid.draw(random);
        if (draft.allows(point)) return point;
      }
      return null;
    },
  };
}

/** Picks the way to draw that suits the constraints: trial and error, a list, or dives. */
export function createSource(schedule: Schedule): PointSource {
  const random = createRandom(probeSeed);
  const rejection = rejectionSource(schedule);
  const draft = new Draft(schedule);
  let valid = 0;
  for (let i = 0; i < probes; i++) if (draft.allows(schedule.grid.draw(random))) valid++;
  if (schedule.grid.rawSize > probes && valid >= probes * smallestShare) return rejection;
  const points = listAll(schedule);
  return points === null ? diveSource(schedule) : listSource(points);
}

/**
 * Up to `count` distinct points.
 * @param tries draws without a new point before it is taken that there are no more
 */
export function drawDistinct(source: PointSource, random: Random, count: number, tries = 1000): Point[] {
  const found = new Map<string, Point>();
  let missed = 0;
  while (found.size < count && missed < tries) {
    const point = source.draw(random);
    if (point === null) break;
    const key = point.join(',');
    if (found.has(key)) missed++;
    else {
      found.set(key, point);
      missed = 0;
    }
  }
  return [...found.values()];
}
