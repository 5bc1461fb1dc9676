import type { Meter } from '../measure/index.ts';

/** The same meter, closed in another way. What it says of itself may change while it is used. */
export function closedBy(meter: Meter, close: () => Promise<void>): Meter {
  return {
    get info() {
      return meter.info;
    },
    start: (options) => meter.start(options),
    ...(meter.confirm === undefined ? {} : { confirm: meter.confirm.bind(meter) }),
    ...(meter.quiet === undefined ? {} : { quiet: meter.quiet.bind(meter) }),
    close,
  };
}

/**
 * The same meter for someone who closes what they use: closing it does nothing. A GPU's sensor belongs to the board, not
 * to the process that computes on it, so all devices of one adapter share one meter, its lock and what was measured when
 * it was opened.
 */
export function borrowMeter(meter: Meter): Meter {
  return closedBy(meter, async () => undefined);
}
