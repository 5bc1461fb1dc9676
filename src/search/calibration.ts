/** Forecasts that count: the model changes as it learns. */
const recent = 16;

/** Forecasts without which a model is taken at its word. */
const least = 4;

/** A model may be far too sure of itself; less sure than it says it never is. */
const largestScale = 4;

/** Forecasts further off than this many deviations count as this. */
const furthest = 5;

/** How far off a model's forecasts are, in the deviations that it gave them: what its deviations have to be multiplied by. */
export class Calibration {
  #squares: readonly number[] = [];

  /** Takes one forecast, made before its value was known: (measured - mean) / deviation. */
  see(standardised: number): void {
    const square = Math.min(furthest, Math.abs(standardised)) ** 2;
    this.#squares = [...this.#squares, square].slice(-recent);
  }

  /** Root mean square of the recent ones, in [1, 4]. */
  get scale(): number {
    const count = this.#squares.length;
    if (count < least) return 1;
    const sum = this.#squares.reduce((total, square) => total + square, 0);
    return Math.min(largestScale, Math.max(1, Math.sqrt(sum / count)));
  }
}
