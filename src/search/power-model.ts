import type { Random } from '../stats/index.ts';
import { Calibration } from './calibration.ts';
import type { Coordinates } from './coordinates.ts';
import type { GoodTrial } from './ledger.ts';
import type { PriorBeliefs } from './prior-beliefs.ts';
import { type Belief, type Place, Surrogate } from './surrogate.ts';

/** Energy per launch over its latency. It differs from the meter's watts by the gaps between launches. */
function logEffectiveWatts(latencyMs: number, joules: number): number {
  return Math.log(joules) - Math.log(latencyMs / 1000);
}

/** What two measurements of the same energy differ by, in logarithms. */
const meterNoise = 0.005;

/**
 * Predicts the mean power of configurations whose latency is measured: a Gaussian process on their coordinates and log
 * latency. Few energy measurements are enough, because power varies far less than energy does.
 */
export class PowerModel {
  readonly #coordinates: Coordinates;
  readonly #priors: PriorBeliefs;
  readonly #surrogate: Surrogate;
  readonly #calibration = new Calibration();
  #known = false;
  #predictions = new Map<string, Belief>();

  constructor(coordinates: Coordinates, priors: PriorBeliefs, random: Random) {
    this.#coordinates = coordinates;
    this.#priors = priors;
    const latency = { ordinal: true, hamming: false };
    this.#surrogate = new Surrogate([...coordinates.dimensions, latency], random, { compress: false });
  }

  #place(trial: GoodTrial): Place {
    const coordinates = this.#coordinates.coordinates(trial.point);
    const extended = new Float64Array(coordinates.length + 1);
    extended.set(coordinates);
    // A factor of ten in latency is as far as a tunable's whole range.
    extended[coordinates.length] = Math.log10(trial.latency.medianMs);
    return { key: trial.key, coordinates: extended, prior: this.#priors.get(trial.key).logWatts };
  }

  /** Learns from every trial whose energy is known. */
  learn(trials: readonly GoodTrial[]): void {
    const known = trials.flatMap((trial) =>
      trial.energy === null ? [] : [{ ...this.#place(trial), logCost: this.logWatts(trial) }],
    );
    this.#known = known.length > 0;
    this.#predictions.clear();
    if (this.#known) this.#surrogate.learn(known);
  }

  /** Compares what was predicted for a trial with its energy, before `learn` sees that. */
  judge(trial: GoodTrial, measured: GoodTrial): void {
    if (!this.#known) return;
    const { mean, deviation } = this.#predict(trial);
    this.#calibration.see((this.logWatts(measured) - mean) / Math.hypot(deviation, meterNoise));
  }

  /**
   * Predicted log watts, measured or not, with a deviation that past errors bear out; without any energy measurement the
   * prior, or the same for all.
   */
  predict(trial: GoodTrial): Belief {
    const { mean, deviation } = this.#predict(trial);
    return { mean, deviation: Math.hypot(this.#calibration.scale * deviation, meterNoise) };
  }

  #predict(trial: GoodTrial): Belief {
    if (!this.#known) return { mean: this.#priors.get(trial.key).logWatts ?? 0, deviation: 1 };
    let belief = this.#predictions.get(trial.key);
    if (belief === undefined) {
      belief = this.#surrogate.predict(this.#place(trial));
      this.#predictions.set(trial.key, belief);
    }
    return belief;
  }

  /** Log watts: as measured, else as predicted. */
  logWatts(trial: GoodTrial): number {
    if (trial.energy === null) return this.predict(trial).mean;
    return logEffectiveWatts(trial.latency.medianMs, trial.energy.joules);
  }
}
