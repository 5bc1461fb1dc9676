import type { Point, Space } from '../space/index.ts';
import type { Random } from '../stats/index.ts';
import type { Ledger } from './ledger.ts';

const neighboursOf = 12;
const parents = 16;
const offspring = 300;
const mutationRate = 0.15;

/** Spaces up to this size are candidates as a whole: a pool would only leave some out. */
const wholeSpace = 1000;

/** Proposes configurations that were not tried yet. */
export class Candidates {
  readonly #space: Space;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #genetic: boolean;
  #all: readonly Point[] | null = null;

  /** @param genetic offspring of the elite; else random points take their place. */
  constructor(space: Space, ledger: Ledger, random: Random, genetic: boolean) {
    this.#space = space;
    this.#ledger = ledger;
    this.#random = random;
    this.#genetic = genetic;
    const count = space.count(wholeSpace + 1);
    if (count.exact && count.value <= wholeSpace) this.#all = [...space.enumerate()];
  }

  #unseen(points: Iterable<Point>, into: Map<string, Point>): void {
    for (const point of points) {
      const key = this.#ledger.keyOf(point);
      if (!into.has(key) && !this.#ledger.has(point)) into.set(key, point);
    }
  }

  #child(elite: readonly Point[]): Point | null {
    const from = elite.slice(0, parents);
    const mother = from[this.#random.integer(from.length)] as Point;
    const father = from[this.#random.integer(from.length)] as Point;
    const child = this.#space.crossover(mother, father, this.#random) ?? mother;
    return this.#space.mutate(child, mutationRate, this.#random);
  }

  /**
   * Neighbours and offspring of `elite` (best first) that were never tried; where those are all known, others of the
   * space. Empty only if the whole space was tried.
   */
  propose(elite: readonly Point[]): ReadonlyMap<string, Point> {
    const found = new Map<string, Point>();
    if (this.#all !== null) {
      this.#unseen(this.#all, found);
      return found;
    }
    for (const point of elite.slice(0, neighboursOf)) this.#unseen(this.#space.neighbours(point), found);
    if (!this.#genetic) this.#unseen(this.#space.sample(this.#random, offspring), found);
    else if (elite.length > 0) {
      for (let i = 0; i < offspring; i++) {
        const child = this.#child(elite);
        if (child !== null) this.#unseen([child], found);
      }
    }
    if (found.size === 0) this.#unseen(this.#space.sample(this.#random, offspring), found);
    if (found.size === 0) {
      for (const point of this.#space.enumerate()) {
        this.#unseen([point], found);
        if (found.size >= offspring) break;
      }
    }
    return found;
  }

  /**
   * `kept`, and up to `count` random points of the whole space beside it, as far as they were never tried. Empty where
   * `propose` has the whole space anyway.
   */
  elsewhere(kept: readonly Point[], count: number): ReadonlyMap<string, Point> {
    const found = new Map<string, Point>();
    if (this.#all !== null) return found;
    this.#unseen(kept, found);
    this.#unseen(this.#space.sample(this.#random, count), found);
    return found;
  }
}
