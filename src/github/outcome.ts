import type { Commands } from './run/index.ts';

/**
 * What came of asking a service. Services fail for reasons that are not the change's fault, so they never end a run:
 * `failed` and `not-permitted` become a warning, anything else a line of the log.
 */
export interface Outcome<Status extends string> {
  readonly status: Status | 'failed' | 'not-permitted';
  /** One sentence for people: what was done, or what could not be done and why. Holds no secret. */
  readonly message: string;
}

/** Says an outcome: as a warning if something could not be done. */
export function announce(commands: Commands, outcome: Outcome<string>): void {
  const isFailure = outcome.status === 'failed' || outcome.status === 'not-permitted';
  if (isFailure) commands.warning(outcome.message);
  else commands.info(outcome.message);
}
