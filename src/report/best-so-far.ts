import { objectiveValue } from '../manifest/index.ts';
import type { RetunedKernel } from './types.ts';

/** How a search went, in the objective's unit. */
export interface BestSoFar {
  /** What the configuration that shipped before costs, as compared at the end; null: it was not. */
  readonly incumbent: number | null;
  /** The best known after each trial, from the first one on for which there is one. */
  readonly points: readonly { readonly trial: number; readonly value: number }[];
}

/**
 * The curve of a search. Until a trial's energy is known, the best is what shipped before, which is the first to be tried; where
 * a trial leaves the best unknown, it is that of the one before.
 */
export function bestSoFar(kernel: RetunedKernel): BestSoFar {
  const { before, convergence, objective, trials } = kernel;
  const incumbent = before === null ? null : objectiveValue(objective, before);
  // Long curves are thinned in the report, and keep their last value.
  const step = Math.max(1, trials / Math.max(1, convergence.length));
  if (convergence.every((value) => value === null)) return { incumbent, points: [] };
  let best = incumbent;
  const points = convergence.flatMap((value, at) => {
    best = value ?? best;
    return best === null ? [] : [{ trial: at === 0 ? 1 : Math.round((at + 1) * step), value: best }];
  });
  return { incumbent, points };
}
