import type { Progress } from './progress.ts';

/** What an entry hands to a mode: everything of the outside world that is not an adapter of its own. */
export interface Host {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Relative paths in arguments are meant from here. */
  readonly workingDirectory: string;
  /** Aborted on Ctrl-C or when the runner cancels the job. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Path of the worker bundle that runs the GPU process. */
  readonly workerPath: string;
  /**
   * Called before the first GPU process: where native parts may be fetched, this does it, and returns what is to be added
   * to the environment.
   */
  readonly ensureNative?: () => Promise<Readonly<Record<string, string>>>;
  /** Version of Joulegate. */
  readonly version: string;
  /** The command line as typed, for provenance. */
  readonly command: string;
  /** Wall-clock time, for dates in files. */
  now(): Date;
}
