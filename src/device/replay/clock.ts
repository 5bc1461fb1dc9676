import type { Clock } from '../../measure/index.ts';

/** A clock that only moves when it is told to: the time that measuring would have taken. */
export interface ReplayClock extends Clock {
  advance(milliseconds: number): void;
}

/** Starts at 0. */
export function createReplayClock(): ReplayClock {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    advance(milliseconds) {
      nowMs += milliseconds;
    },
  };
}
