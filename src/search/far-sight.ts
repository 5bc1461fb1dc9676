import type { Point } from '../space/index.ts';

/** Expected improvement (in logarithms) below which little is left to find near the best, and batches of that in a row. */
const little = 5e-4;
const patience = 3;

/** Points of the whole space that are kept from batch to batch, because they were worth most. */
const kept = 128;

/** New ones a batch, at least and at most, and their covariances with the trials in all: what looking at them costs. */
const fewest = 128;
const most = 600;
const covariances = 60_000;

/** Trials that the model learns from at most. */
const largestModel = 500;

/**
 * When to look beyond the neighbours and offspring of the best, and where. The whole space passes by in portions, of which
 * the most promising stay: what is far from all that is good is found without ranking everything at once.
 */
export class FarSight {
  #batches = 0;
  #promising: readonly Point[] = [];

  /** Takes the largest improvement that the last batch expected near the best. */
  see(expectedImprovement: number): void {
    this.#batches = expectedImprovement < little ? this.#batches + 1 : 0;
  }

  /** Whether one of the next batch shall come from elsewhere. */
  get isWanted(): boolean {
    return this.#batches >= patience;
  }

  get promising(): readonly Point[] {
    return this.#promising;
  }

  /** Points to draw beside the promising ones, after so many trials. */
  portion(trials: number): number {
    const count = Math.floor(covariances / Math.max(1, Math.min(trials, largestModel)));
    return Math.min(most, Math.max(fewest, count));
  }

  /** Keeps the most promising of those looked at; none looked at: as they are. */
  keep<T extends { readonly point: Point }>(looked: readonly T[], worthOf: (item: T) => number): void {
    if (looked.length === 0) return;
    this.#promising = looked
      .map((item) => ({ point: item.point, worth: worthOf(item) }))
      .sort((a, b) => b.worth - a.worth)
      .slice(0, kept)
      .map(({ point }) => point);
  }
}
