import type { Ran } from './joulegate.ts';
import type { Entry, Ledger } from './ledger.ts';
import type { Sizes } from './sizes.ts';

/** What a unit is given. */
export interface UnitContext {
  /** Everything found so far. */
  readonly ledger: Ledger;
  /** Folder of this run's files. */
  readonly out: string;
  /** Moment of `performance.now()` at which the unit has to have ended. */
  readonly deadlineMs: number;
  readonly sizes: Sizes;
  /** Runs the command line in `folder` with these arguments, noted in the unit's commands. */
  joulegate(folder: string, args: readonly string[]): Promise<Ran>;
  /** The same with `--json`, its output read. @throws Error if it ended otherwise than with one of `statuses` */
  json<T>(folder: string, args: readonly string[], statuses?: readonly number[]): Promise<T>;
}

/** A piece of a step that is done in one go, or goes on where it was cut. */
export interface Unit {
  readonly name: string;
  /** Seconds that it is given at the most. */
  readonly seconds: number;
  /** It cannot use less than this: with less time left it waits for the next call. */
  readonly leastSeconds: number;
  run(context: UnitContext): Promise<{ readonly data: unknown; readonly complete: boolean }>;
}

/** One of the questions that acceptance answers. */
export interface Step {
  readonly name: string;
  readonly title: string;
  units(context: { readonly sizes: Sizes; readonly ledger: Ledger }): readonly Unit[];
  /** What its entries say, in Markdown; empty for none. */
  summarise(context: { readonly entries: Readonly<Record<string, Entry>>; readonly ledger: Ledger }): string;
}
