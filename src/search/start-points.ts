import type { Point, Space } from '../space/index.ts';
import type { Random } from '../stats/index.ts';
import type { PriorBeliefs } from './prior-beliefs.ts';

/** Configurations tried before the models are asked. */
export const startTrials = 8;

/** Configurations the cost model is asked about at a time: at random first, then neighbours of the best of those. */
const askedAtOnce = 64;
const climbs = 3;

/** How many of the lowest predicted cost are tried. */
const fromPrior = 4;

export interface StartTask {
  readonly space: Space;
  readonly random: Random;
  readonly count: number;
  /** Tried already. */
  readonly chosen: readonly Point[];
  readonly priors: PriorBeliefs;
  readonly priorObjective: (key: string) => number | null;
  readonly keyOf: (point: Point) => string;
}

/** Configurations of low predicted cost, lowest first: a short climb by the cost model alone. */
async function predictedBest({ space, random, priors, priorObjective, keyOf }: StartTask): Promise<Point[]> {
  const asked = new Map<string, { readonly point: Point; readonly cost: number }>();
  const ranked = () => [...asked.values()].sort((a, b) => a.cost - b.cost).map(({ point }) => point);
  let next = space.sample(random, askedAtOnce);
  for (let climb = 0; climb <= climbs; climb++) {
    await priors.learnAll(next.map((point) => [keyOf(point), space.configuration(point)]));
    for (const point of next) {
      const cost = priorObjective(keyOf(point));
      if (cost !== null) asked.set(keyOf(point), { point, cost });
    }
    next = ranked()
      .slice(0, fromPrior)
      .flatMap((point) => space.neighbours(point))
      .filter((point) => !asked.has(keyOf(point)))
      .slice(0, askedAtOnce);
  }
  return ranked();
}

/**
 * Configurations to begin with, in order: those with the lowest predicted cost, if there is a cost model, then some
 * that spread over the values of every tunable.
 */
export async function startPoints(task: StartTask): Promise<readonly Point[]> {
  const { space, random, count, chosen, priors, keyOf } = task;
  const tried = new Set(chosen.map(keyOf));
  const points: Point[] = [];
  if (priors.speaks) {
    const fresh = (await predictedBest(task)).filter((point) => !tried.has(keyOf(point)));
    points.push(...fresh.slice(0, Math.min(fromPrior, count)));
  }
  return [...points, ...space.stratified(random, count - points.length, [...chosen, ...points])];
}
