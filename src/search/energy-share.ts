/** A log objective as predicted before, and as found by, measuring. */
export interface Forecast {
  readonly predicted: number;
  readonly measured: number;
}

/** Forecasts that the error is taken over. */
const recent = 8;

/** Signal to noise above which the model ranks well enough to measure less. */
const enough = 5;

const step = 0.4;

/** Of every eight trials the most promising one is always measured. */
const lowest = 1 / 8;

/** Error assumed while there is no forecast to judge by, in logarithms. */
const unknownError = 0.1;

/**
 * How many energies to measure: the dynamic updating of arXiv 2411.18873, after a reconstruction. The share of
 * configurations whose energy is measured starts at 1; it falls whenever the variance of the energies is well above the
 * squared error of the forecasts made before the model saw them, and grows when it is not. Step and threshold were
 * chosen on recordings (bench/search).
 */
export class EnergyShare {
  #share = 1;
  #forecasts: Forecast[] = [];
  #measured: number[] = [];

  /** In [1/8, 1]. */
  get share(): number {
    return this.#share;
  }

  /** Root mean square error of recent forecasts, in logarithms. */
  get error(): number {
    if (this.#forecasts.length === 0) return unknownError;
    const squares = this.#forecasts.reduce(
      (sum, { predicted, measured }) => sum + (predicted - measured) ** 2,
      0,
    );
    return Math.sqrt(squares / this.#forecasts.length);
  }

  /** Takes energies that no forecast was made for. */
  see(measured: readonly number[]): void {
    this.#measured.push(...measured);
  }

  /** Judges the forecasts of one round and sets the share for the next. */
  judge(forecasts: readonly Forecast[]): void {
    if (forecasts.length === 0) return;
    this.#forecasts = [...this.#forecasts, ...forecasts].slice(-recent);
    this.see(forecasts.map(({ measured }) => measured));
    const mean = this.#measured.reduce((sum, value) => sum + value, 0) / this.#measured.length;
    const variance =
      this.#measured.reduce((sum, value) => sum + (value - mean) ** 2, 0) / this.#measured.length;
    const ranksWell = variance > enough * this.error ** 2;
    this.#share = Math.min(1, Math.max(lowest, this.#share + (ranksWell ? -step : step)));
  }
}
