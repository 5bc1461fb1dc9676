import type { Clock } from '../../measure/index.ts';

/** The clock that readings are stamped with, and waiting on it. Tests bring their own. */
export interface MeterTime extends Clock {
  sleep(milliseconds: number): Promise<void>;
}

/** The host's monotonic clock, the same as that of completions in the GPU process. */
export const systemTime: MeterTime = {
  nowMs: () => Number(process.hrtime.bigint()) / 1e6,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
