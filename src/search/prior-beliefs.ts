import type { FeatureVector } from '../kernel/index.ts';
import type { CostModel } from '../model/index.ts';
import type { Configuration } from '../space/index.ts';
import { spearman } from '../stats/index.ts';
import type { Trials } from './types.ts';

/** Logarithms of what the cost model predicts; null where it predicts nothing. */
export interface PriorBelief {
  readonly logLatency: number | null;
  readonly logWatts: number | null;
}

/** Beliefs that are kept at least: a configuration that was proposed once is likely to be proposed again. */
const remembered = 8192;

const nothing: PriorBelief = { logLatency: null, logWatts: null };

/** Predicted and measured log cost of a trial. */
export interface Forecast {
  readonly predicted: number;
  readonly measured: number;
}

/** Forecasts that are enough to find out a model that ranks the wrong way round, and one that does not rank. */
const enoughToOppose = 8;
const enoughToTell = 24;
const leastCorrelation = 0.2;

function ranks(forecasts: readonly Forecast[]): boolean {
  if (forecasts.length < enoughToOppose) return true;
  const correlation = spearman(
    forecasts.map(({ predicted }) => predicted),
    forecasts.map(({ measured }) => measured),
  );
  return forecasts.length < enoughToTell ? correlation > 0 : correlation > leastCorrelation;
}

/**
 * Asks the cost model about configurations, and remembers: features take time to be counted. A model that turns out
 * to know another kernel, or another device, is set aside for the rest of the search.
 */
export class PriorBeliefs {
  readonly #model: CostModel | null;
  readonly #trials: Trials;
  readonly #known = new Map<string, PriorBelief>();
  #silent: boolean;

  constructor(model: CostModel | null, trials: Trials) {
    this.#model = model;
    this.#trials = trials;
    this.#silent = model === null;
  }

  /** True if there is a cost model that has something to say about this kernel. */
  get speaks(): boolean {
    return !this.#silent;
  }

  knows(key: string): boolean {
    return this.#silent || this.#known.has(key);
  }

  get(key: string): PriorBelief {
    return this.#known.get(key) ?? nothing;
  }

  /**
   * Weighs what came of the forecasts so far, one list per thing that is looked for. The model keeps its say while
   * it ranks one of them better than chance.
   */
  weigh(aims: readonly (readonly Forecast[])[]): void {
    if (this.#silent) return;
    if (aims.some(ranks)) return;
    this.#silent = true;
    this.#known.clear();
  }

  /** Once there are many, forgets what is not wanted any more. */
  retain(isWanted: (key: string) => boolean): void {
    if (this.#known.size <= remembered) return;
    for (const key of this.#known.keys()) if (!isWanted(key)) this.#known.delete(key);
  }

  /** Works out the belief about a configuration, once. */
  learn(key: string, configuration: Configuration): Promise<void> {
    return this.learnAll([[key, configuration]]);
  }

  /** The same about several, one after the other. Their features are asked for together: of some they take a program's run. */
  async learnAll(
    configurations: readonly (readonly [key: string, configuration: Configuration])[],
  ): Promise<void> {
    const asked = configurations
      .filter(([key]) => this.#model !== null && !this.knows(key))
      .map(([key, configuration]) => [key, this.#trials.features(configuration)] as const);
    await Promise.all(asked.map(([, features]) => features));
    for (const [key, features] of asked) this.#believe(key, await features);
  }

  #believe(key: string, features: FeatureVector | null): void {
    if (this.#model === null || this.knows(key)) return;
    const prediction = features === null ? null : this.#model.predict(features);
    if (prediction === null) {
      // A replay has no features, and a model that knows too little stays that way during the search.
      this.#silent = features === null ? this.#known.size === 0 : true;
      this.#known.set(key, nothing);
      return;
    }
    const { latencyMs, watts } = prediction;
    this.#known.set(key, {
      logLatency: Math.log(latencyMs),
      logWatts: Number.isFinite(watts) ? Math.log(watts) : null,
    });
  }
}
