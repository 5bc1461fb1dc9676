import type { MeterTime } from '../../src/meter/index.ts';

/** A clock that moves only when something waits on it, or is made to run. */
export interface VirtualTime extends MeterTime {
  /** Lets `milliseconds` pass; whoever sleeps meanwhile wakes at their moment, and is waited for until they sleep again. */
  run(milliseconds: number): Promise<void>;
}

/**
 * Time in which only one loop sleeps. Unless `run` is under way a sleep is over at once, having moved the clock; during a
 * stretch (`hold`) sleepers wait for `run`.
 */
export function createVirtualTime(
  startMs: number,
  onChange: (nowMs: number) => void,
): VirtualTime & { hold(held: boolean): void } {
  let nowMs = startMs;
  let held = false;
  let sleeper: { readonly dueMs: number; readonly wake: () => void } | null = null;
  const set = (timeMs: number) => {
    nowMs = timeMs;
    onChange(nowMs);
  };
  set(startMs);
  const settle = async () => {
    while (sleeper === null) await new Promise((resolve) => setImmediate(resolve));
  };
  const wake = () => {
    const { dueMs, wake: resume } = sleeper as NonNullable<typeof sleeper>;
    sleeper = null;
    set(Math.max(nowMs, dueMs));
    resume();
  };
  return {
    nowMs: () => nowMs,
    sleep(milliseconds) {
      if (!held) {
        set(nowMs + milliseconds);
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        sleeper = { dueMs: nowMs + milliseconds, wake: resolve };
      });
    },
    async run(milliseconds) {
      const endMs = nowMs + milliseconds;
      for (;;) {
        await settle();
        if ((sleeper as NonNullable<typeof sleeper>).dueMs > endMs) break;
        wake();
      }
      set(endMs);
    },
    hold(hold) {
      held = hold;
      if (!held && sleeper !== null) wake();
    },
  };
}
