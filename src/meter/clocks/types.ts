import type { Probed } from '../sensor/types.ts';

/** What sets a board's clocks. A lock outlives the process that set it. */
export interface BoardClocks {
  /** For people. */
  readonly label: string;
  /** Unique on the host, safe in file names. */
  readonly key: string;
  /** UUID and library: with these another process finds the board. */
  readonly uuid: string;
  readonly libraryPath: string;
  /** All clocks that can be locked, in MHz, ascending. */
  supported(): Promise<Probed<readonly number[]>>;
  lock(mhz: number): Promise<Probed<null>>;
  unlock(): Promise<Probed<null>>;
  /** The SM clock now. */
  smMhz(): Promise<number | null>;
}

/** Locks the clock of the adapter's GPU for what is measured next. */
export interface ClockControl {
  /**
   * Locks the SM clock; null leaves it to the board again.
   * @throws JoulegateError bad-input (`unsupported-clock`), could-not-measure (`clocks-refused`)
   */
  set(mhz: number | null): Promise<void>;
  /** Restores the board's own clock. */
  close(): Promise<void>;
}

/** What keeps the promise that clocks are restored, whatever becomes of this process. */
export interface ClockGuard {
  /** The worker bundle: it can restore clocks in a process of its own. */
  readonly workerPath: string;
  /** Of that process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}
