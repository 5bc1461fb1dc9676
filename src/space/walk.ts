import { Draft, type Schedule } from './schedule.ts';
import type { Point } from './types.ts';

/** How many values may still be tried; 0 at the end of a walk that gave up. */
export interface VisitBudget {
  visits: number;
}

/** Every valid point in lexicographic order, leaving a branch as soon as a constraint fails in it. */
export function* walk(schedule: Schedule, budget: VisitBudget = { visits: Infinity }): Generator<Point> {
  const { levels } = schedule.grid;
  const draft = new Draft(schedule);
  if (!draft.allowsAny()) return;
  if (levels.length === 0) {
    yield [];
    return;
  }
  const indices = new Array<number>(levels.length).fill(-1);
  let depth = 0;
  while (depth >= 0) {
    const index = (indices[depth] as number) + 1;
    if (index >= (levels[depth] as number)) {
      indices[depth] = -1;
      depth--;
      continue;
    }
    if (budget.visits <= 0) return;
    budget.visits--;
    indices[depth] = index;
    if (!draft.choose(depth, index)) continue;
    if (depth < levels.length - 1) depth++;
    else yield [...indices];
  }
}
