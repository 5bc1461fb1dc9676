import type { Ledger } from './ledger.ts';

/** Smaller gains are no improvement. */
const worthwhile = 0.001;

/** Trials without improvement that never count as converged, however sure the models are. */
const shortest = 128;

/**
 * Ends a search that has nothing left to find: for as long as half of all its trials (128 at least) the best has not
 * improved by 0.1 %, and the models expect less than that of the best candidate.
 */
export class Convergence {
  readonly #patience: number | null;
  #best = Number.POSITIVE_INFINITY;
  #fastest = Number.POSITIVE_INFINITY;
  #improvedAt = 0;

  /** @param patience trials without improvement, instead of half of all trials. */
  constructor(patience: number | null) {
    this.#patience = patience;
  }

  /** Looks at the ledger after a round. */
  observe(ledger: Ledger): void {
    const best = ledger.bestObjective() ?? Number.POSITIVE_INFINITY;
    const fastest = ledger.fastest()?.latency?.medianMs ?? Number.POSITIVE_INFINITY;
    if (best < this.#best * (1 - worthwhile) || fastest < this.#fastest * (1 - worthwhile)) {
      this.#improvedAt = ledger.size;
    }
    this.#best = best;
    this.#fastest = Math.min(fastest, this.#fastest);
  }

  /** @param expected largest expected improvement of the next batch, in logarithms. */
  reached(ledger: Ledger, expected: number): boolean {
    const patience = this.#patience ?? Math.max(shortest, ledger.size / 2);
    return ledger.size - this.#improvedAt >= patience && expected < worthwhile;
  }
}
