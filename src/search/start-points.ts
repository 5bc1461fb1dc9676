import type { Point, Space } from '../space/index.ts';
import type { Random } from '../stats/index.ts';
import type { PriorBeliefs } from './prior-beliefs.ts';

/** Configurations tried before the models are asked. */
export const startTrials = 12;

/** Random configurations that the cost model is asked about for a start, and how many of the best of those are tried. */
const asked = 64;
const fromPrior = 4;

/**
 * Configurations to begin with, in order: those with the lowest predicted cost, if there is a cost model, then some
 * that spread over the values of every tunable.
 * @param chosen tried already, or about to be.
 */
export async function startPoints(task: {
  readonly space: Space;
  readonly random: Random;
  readonly count: number;
  readonly chosen: readonly Point[];
  readonly priors: PriorBeliefs;
  readonly priorObjective: (key: string) => number | null;
  readonly keyOf: (point: Point) => string;
}): Promise<readonly Point[]> {
  const { space, random, chosen, priors, keyOf } = task;
  const taken = new Set(chosen.map(keyOf));
  const points: Point[] = [];
  const take = (found: readonly Point[], count: number) => {
    for (const point of found) {
      if (points.length >= count) return;
      if (taken.has(keyOf(point))) continue;
      taken.add(keyOf(point));
      points.push(point);
    }
  };
  if (priors.speaks) {
    const sample: { point: Point; cost: number }[] = [];
    for (const point of space.sample(random, asked)) {
      await priors.learn(keyOf(point), space.configuration(point));
      const cost = task.priorObjective(keyOf(point));
      if (cost !== null) sample.push({ point, cost });
    }
    sample.sort((a, b) => a.cost - b.cost);
    take(
      sample.map(({ point }) => point),
      Math.min(fromPrior, task.count),
    );
  }
  take(space.stratified(random, task.count - points.length, [...chosen, ...points]), task.count);
  return points;
}
