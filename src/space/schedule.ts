import type { Grid } from './grid.ts';
import type { Constraint, Point, TunableValue } from './types.ts';

/** The constraints of a space, arranged so that each is tested as soon as its last tunable is chosen. */
export interface Schedule {
  readonly grid: Grid;
  /** Constraints that depend on no tunable. */
  readonly constant: readonly Constraint[];
  /** By tunable: the constraints whose last tunable it is. */
  readonly decided: readonly (readonly Constraint[])[];
}

export function createSchedule(grid: Grid, constraints: readonly Constraint[]): Schedule {
  const depths = new Map(grid.tunables.map(({ name }, depth) => [name, depth]));
  const constant: Constraint[] = [];
  const decided: Constraint[][] = grid.tunables.map(() => []);
  for (const constraint of constraints) {
    const depth = Math.max(-1, ...constraint.names.map((name) => depths.get(name) ?? -1));
    (decided[depth] ?? constant).push(constraint);
  }
  return { grid, constant, decided };
}

/**
 * A configuration under construction. Constraints see the same object again and again, with the values of
 * the tunables they name always up to date.
 */
export class Draft {
  readonly #schedule: Schedule;
  readonly #configuration: Record<string, TunableValue> = {};

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
    // Every key from the start: the object keeps one shape, which keeps evaluation fast.
    for (const { name, values } of schedule.grid.tunables)
      this.#configuration[name] = values[0] as TunableValue;
  }

  /** Whether the constraints without tunables hold. */
  allowsAny(): boolean {
    return this.#schedule.constant.every((constraint) => constraint.test(this.#configuration));
  }

  /** Chooses a value for a tunable, after all before it, and tells whether the constraints so far hold. */
  choose(tunable: number, index: number): boolean {
    const { grid, decided } = this.#schedule;
    const name = grid.tunables[tunable]?.name as string;
    this.#configuration[name] = grid.value(tunable, index);
    for (const constraint of decided[tunable] as readonly Constraint[]) {
      if (!constraint.test(this.#configuration)) return false;
    }
    return true;
  }

  /** Whether a whole point fulfils every constraint. */
  allows(point: Point): boolean {
    return this.allowsAny() && point.every((index, tunable) => this.choose(tunable, index));
  }
}
