import type { VariantFailure } from '../kernel/index.ts';
import { latencySlackOf, type Objective, objectiveValue } from '../manifest/index.ts';
import type { EnergyMeasurement, LatencyMeasurement, Measurement } from '../measure/index.ts';
import type { Configuration, Point, Space } from '../space/index.ts';

/** One configuration that was tried. */
export interface Trial {
  /** Position in the order of trials. */
  readonly index: number;
  readonly key: string;
  readonly point: Point;
  readonly configuration: Configuration;
  readonly latency: LatencyMeasurement | null;
  readonly energy: EnergyMeasurement | null;
  readonly failure: VariantFailure | null;
}

/** A trial that ran: neither compiling nor measuring failed. */
export interface GoodTrial extends Trial {
  readonly latency: LatencyMeasurement;
  readonly failure: null;
}

function isGood(trial: Trial): trial is GoodTrial {
  return trial.failure === null && trial.latency !== null;
}

function asMeasurement(trial: Trial): Measurement {
  const { configuration, latency, energy, failure } = trial;
  return { configuration, latency, energy, failure };
}

/** Courses of power that are kept: up to 120 figures each. */
const coursesKept = 8;

/** What was tried and what came of it; the search's memory. */
export class Ledger {
  readonly #space: Space;
  readonly #objective: Objective;
  readonly #trials: Trial[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #convergence: (number | null)[] = [];

  constructor(space: Space, objective: Objective) {
    this.#space = space;
    this.#objective = objective;
  }

  get size(): number {
    return this.#trials.length;
  }

  get trials(): readonly Trial[] {
    return this.#trials;
  }

  keyOf(point: Point): string {
    return point.join(',');
  }

  has(point: Point): boolean {
    return this.hasKey(this.keyOf(point));
  }

  hasKey(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** Adds a configuration that was just tried, or is known from before. */
  record(point: Point, measured: Omit<Measurement, 'configuration'>): Trial {
    const key = this.keyOf(point);
    if (this.#byKey.has(key)) throw new Error(`${this.#space.id(point)} was tried twice.`);
    const { latency, energy, failure } = measured;
    const configuration = this.#space.configuration(point);
    const trial = { index: this.size, key, point, configuration, latency, energy, failure };
    this.#byKey.set(key, this.size);
    this.#trials.push(trial);
    this.#convergence.push(this.bestObjective());
    return trial;
  }

  /** Adds what measuring the energy of a trial gave. */
  recordEnergy(trial: Trial, energy: EnergyMeasurement | null, failure: VariantFailure | null): void {
    this.#trials[trial.index] = { ...trial, energy, failure };
    this.#convergence[this.size - 1] = this.bestObjective();
    this.#forgetCourses();
  }

  /** Only the best trial's course of power is looked at, and those that may still become it are few. */
  #forgetCourses(): void {
    const kept = new Set(
      this.ranked()
        .slice(0, coursesKept)
        .map(({ trial }) => trial.index),
    );
    for (const trial of this.#trials) {
      if (trial.energy?.power === undefined || kept.has(trial.index)) continue;
      const { power, ...energy } = trial.energy;
      this.#trials[trial.index] = { ...trial, energy };
    }
  }

  get good(): GoodTrial[] {
    return this.#trials.filter(isGood);
  }

  get failures(): number {
    return this.#trials.filter((trial) => trial.failure !== null).length;
  }

  get energyMeasurements(): number {
    return this.#trials.filter((trial) => trial.energy !== null).length;
  }

  get convergence(): readonly (number | null)[] {
    return this.#convergence;
  }

  get measurements(): readonly Measurement[] {
    return this.#trials.map(asMeasurement);
  }

  get fastestTrial(): GoodTrial | null {
    let fastest: GoodTrial | null = null;
    for (const trial of this.#trials) {
      if (isGood(trial) && trial.latency.medianMs < (fastest?.latency.medianMs ?? Number.POSITIVE_INFINITY)) {
        fastest = trial;
      }
    }
    return fastest;
  }

  /** Slowest latency allowed, in milliseconds: it follows the fastest configuration seen. */
  get capMs(): number {
    const fastest = this.fastestTrial;
    return fastest === null
      ? Number.POSITIVE_INFINITY
      : fastest.latency.medianMs * (1 + latencySlackOf(this.#objective));
  }

  #objectiveOf({ latency, energy }: GoodTrial): number | null {
    return objectiveValue(this.#objective.minimize, {
      latencyMs: latency.medianMs,
      joules: energy?.joules ?? null,
    });
  }

  /** Trials within the cap whose objective is known, best first; ties in the order tried. */
  ranked(): { readonly trial: GoodTrial; readonly objective: number }[] {
    const cap = this.capMs;
    return this.good
      .flatMap((trial) => {
        const objective = this.#objectiveOf(trial);
        return objective === null || trial.latency.medianMs > cap ? [] : [{ trial, objective }];
      })
      .sort((a, b) => a.objective - b.objective || a.trial.index - b.trial.index);
  }

  bestObjective(): number | null {
    let best: number | null = null;
    const cap = this.capMs;
    for (const trial of this.#trials) {
      if (!isGood(trial) || trial.latency.medianMs > cap) continue;
      const objective = this.#objectiveOf(trial);
      if (objective !== null && (best === null || objective < best)) best = objective;
    }
    return best;
  }

  /** The best trial; where no energy is known yet, the fastest. */
  best(): Measurement | null {
    const trial = this.ranked()[0]?.trial ?? this.fastestTrial;
    return trial === null ? null : asMeasurement(trial);
  }

  fastest(): Measurement | null {
    const trial = this.fastestTrial;
    return trial === null ? null : asMeasurement(trial);
  }

  /** Trials known in energy and latency that no other beats in both, fastest first. */
  pareto(): readonly Measurement[] {
    const known = this.good
      .filter((trial) => trial.energy !== null)
      .sort(
        (a, b) =>
          a.latency.medianMs - b.latency.medianMs ||
          (a.energy?.joules ?? 0) - (b.energy?.joules ?? 0) ||
          a.index - b.index,
      );
    let lowest = Number.POSITIVE_INFINITY;
    const front: Measurement[] = [];
    for (const trial of known) {
      const joules = trial.energy?.joules ?? Number.POSITIVE_INFINITY;
      if (joules < lowest) {
        lowest = joules;
        front.push(asMeasurement(trial));
      }
    }
    return front;
  }

  /** The best `count`; trials of unknown objective, fastest first, only where there are no others. */
  finalists(count: number): readonly Measurement[] {
    const ranked = this.ranked().map(({ trial }) => trial);
    const cap = this.capMs;
    const unknown = this.good
      .filter((trial) => trial.latency.medianMs <= cap)
      .sort((a, b) => a.latency.medianMs - b.latency.medianMs || a.index - b.index);
    return (ranked.length > 0 ? ranked : unknown).slice(0, count).map(asMeasurement);
  }
}
