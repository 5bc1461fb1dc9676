import type { DeclIdent } from '../wesl.ts';
import type { Frame, Held, HeldValue, Run, Value } from './run.ts';

/** Iterations that are gone through in one program at most. */
const maxIterations = 1 << 18;

/** How many turns a loop took in all; of a function, that it runs. */
export interface Turns {
  count: number;
}

/** What was seen of a loop. */
interface LoopTrips {
  /** In all; NaN if unknown. */
  trips: number;
  /** How often it was come to. */
  times: number;
  readonly own: Turns;
  /** Of the loop around: what is counted of the loop is so much per turn of that, whether it is come to or not. */
  around: Turns;
}

/** What was seen of the loops in one activation of a function, however often it was activated from there. */
export class Trips {
  /** Of the statements that were reached, and of those that were not but may be by other invocations. */
  readonly #reached = new Map<object, LoopTrips>();
  readonly #passed = new Map<object, LoopTrips>();
  readonly #calls = new Map<object, Trips>();
  readonly #met = new Set<object>();

  #of(loop: object, { isReached, turns }: Pick<Trail, 'isReached' | 'turns'>): LoopTrips {
    const all = isReached ? this.#reached : this.#passed;
    let seen = all.get(loop);
    if (!seen) {
      seen = { trips: 0, times: 0, own: { count: 0 }, around: isReached ? turns : { count: 0 } };
      all.set(loop, seen);
    }
    return seen;
  }

  /** The turns of a loop that is come to. */
  turns(loop: object, trail: Trail): Turns {
    return this.#of(loop, trail).own;
  }

  /** @param trips NaN if unknown. */
  add(loop: object, trips: number, trail: Trail): void {
    const seen = this.#of(loop, trail);
    seen.trips += trips;
    seen.times++;
    if (!trail.isReached) seen.around.count++;
  }

  /** The mean of the times it is come to, or of all turns around; NaN if it is unknown, or the loop was never come to. */
  mean(loop: object, ofTimes: boolean): number {
    const { trips, times, around } = this.#reached.get(loop) ?? this.#passed.get(loop) ?? unseen;
    return trips / (ofTimes ? times : around.count);
  }

  /** Whether it is known already that nobody can tell. */
  isEndless(loop: object): boolean {
    return this.#reached.has(loop) && Number.isNaN(this.mean(loop, false));
  }

  /** Whether something is met for the first time. */
  isNew(statement: object): boolean {
    const isNew = !this.#met.has(statement);
    this.#met.add(statement);
    return isNew;
  }

  of(call: object): Trips {
    let trips = this.#calls.get(call);
    if (!trips) {
      trips = new Trips();
      this.#calls.set(call, trips);
    }
    return trips;
  }
}

const unseen = { trips: Number.NaN, times: 1, around: { count: 1 } };

/** Where going through a program has come to, and what it has seen. */
export class Trail {
  readonly run: Run;
  readonly held: Held = { values: new Map(), follows: true };
  readonly trips = new Trips();
  /** What is seen of the activations that are on the way. */
  readonly seen = new WeakMap<Frame, Trips>();
  #iterationsLeft = maxIterations;
  /** How often a variable was given another value. */
  changes = 0;
  /** Whether what is gone through is reached by the first invocation. */
  isReached = true;
  /** Of the innermost loop around. */
  turns: Turns = { count: 1 };

  constructor(run: Run) {
    this.run = run;
  }

  /** Whether one more iteration may be gone through. */
  iterate(): boolean {
    return this.#iterationsLeft-- > 0;
  }

  set(declaration: DeclIdent, value: Value | null, differs: boolean): void {
    const { values } = this.held;
    if (!isSame(values.get(declaration)?.value, value)) this.changes++;
    values.set(declaration, { value, differs });
  }

  /** Goes through something without what it changes. */
  aside(follow: () => void): void {
    const before = this.held.values;
    const wasReached = this.isReached;
    this.isReached = false;
    this.held.values = new Map(before);
    follow();
    this.held.values = before;
    this.isReached = wasReached;
  }
}

/** What is left of what variables hold, where one of several ways was gone. */
export function merged(ways: readonly Held['values'][]): Held['values'] {
  const [first, ...others] = ways;
  const values: Held['values'] = new Map();
  for (const [declaration, { value, differs }] of first ?? []) {
    const twins = others.map((other) => other.get(declaration));
    const agree = twins.every((twin) => twin !== undefined && isSame(twin.value, value));
    const known: HeldValue = {
      value: agree ? value : null,
      differs: differs || twins.some((twin) => twin?.differs),
    };
    values.set(declaration, known);
  }
  for (const other of others) {
    for (const declaration of other.keys()) {
      if (!values.has(declaration)) values.set(declaration, { value: null, differs: true });
    }
  }
  return values;
}

function isSame(a: Value | null | undefined, b: Value | null | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  return a.length === b.length && a.every((element, i) => element === b[i]);
}

/** An activation on the way, with what is seen of its loops. */
export interface Stop {
  readonly trail: Trail;
  readonly frame: Frame;
  readonly trips: Trips;
  /** What the function gives back; undefined until it returns. */
  returned: Value | null | undefined;
}
