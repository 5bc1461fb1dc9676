import type { RestFailure } from './rest-failure.ts';

/** What waiting is done with, so that tests need not wait. */
export interface Waiting {
  sleep(seconds: number): Promise<void>;
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Whether there is no time for another attempt, because the run is being ended. */
  isOver?(): boolean;
}

export type Attempted<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: RestFailure };

const maxAttempts = 4;

/** A server that wants longer than this is not waited for: GPU runners are too dear to idle. */
const maxWaitSeconds = 60;

/** Documented for the secondary rate limit where the server does not say how long. */
const secondaryLimitSeconds = 60;

/** Seconds to wait before the next attempt; null if there is no point in one. */
function pause(failure: RestFailure, attempt: number): number | null {
  if (attempt >= maxAttempts) return null;
  if (failure.kind === 'unreachable') return 2 ** (attempt - 1);
  if (failure.kind !== 'busy') return null;
  const seconds = Math.max(1, failure.waitSeconds ?? secondaryLimitSeconds);
  return seconds <= maxWaitSeconds ? seconds : null;
}

/**
 * Does something that may be done again from its beginning, at most four times: after 1, 2 and 4 s if the server cannot
 * be reached, after the time it asks for (60 s at most) if it is busy.
 * @param explain throws what it cannot explain, which ends the attempts
 */
export async function withRetries<T>(
  operation: () => Promise<T>,
  explain: (error: unknown) => RestFailure,
  waiting: Waiting,
): Promise<Attempted<T>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return { ok: true, value: await operation() };
    } catch (error) {
      const failure = explain(error);
      const seconds = pause(failure, attempt);
      if (seconds === null || waiting.isOver?.() === true) return { ok: false, failure };
      await waiting.sleep(seconds);
      if (waiting.isOver?.() === true) return { ok: false, failure };
    }
  }
}
