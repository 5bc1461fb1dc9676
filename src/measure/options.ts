import type { DeviceInfo, MeterInfo, TimeOptions } from './ports.ts';

/** How long an energy window is, and what runs before it. */
export interface WindowOptions {
  /** Launches before the window that bring clocks and temperature to their steady state; not counted. */
  readonly preheatMs: number;
  /** Time the window should span. */
  readonly windowMs: number;
  /** Relative standard error that the energy should have: windows are added until it has. Absent: any will do. */
  readonly precision?: number;
  /** Windows are added up to this much together; `windowMs` unless given. */
  readonly longestMs?: number;
  /** A block begins with launches until power is steady, for this long at most; not at all unless given. */
  readonly heatUpMs?: number;
}

/** How much measuring one variant gets. */
export interface MeasureOptions {
  readonly time: TimeOptions;
  readonly window: WindowOptions;
  /** Fresh processes that an arm of a block runs in, one after the other: one unless given, else an even number. */
  readonly processes?: number;
  /** What blocks may be made of instead, once it is known how they scatter; nothing else unless given. */
  readonly choices?: {
    readonly processCounts: readonly number[];
    /** Of `window.windowMs`. */
    readonly windowFactors: readonly number[];
  };
}

/**
 * Sensible options for an adapter and a meter.
 *
 * A GPU needs heating and windows of many updates: power sensors refresh every 20-100 ms. A search compares configurations
 * that differ by percents and can go wrong once; a judge asks for half a percent, which a sensor of 1 % noise gives within the
 * first window. Processes differ by as much, so a judge's block begins with two short turns of an arm in a process each, and
 * what it goes on with follows from what it finds (`design.ts`). The board is warm by then, so a turn's preheating has only clocks and
 * the sensor to settle, and is lengthened where either takes longer. CPU time is exact at every completion, so a
 * software adapter's windows only have to average over the scheduler, and they share a machine that people wait for.
 */
export function measureOptions(request: {
  readonly device: DeviceInfo;
  readonly meter: MeterInfo | null;
  /** `search` measures many configurations once, `judge` few with care. */
  readonly purpose: 'search' | 'judge';
}): MeasureOptions {
  const judging = request.purpose === 'judge';
  if (request.device.software) {
    return {
      // Many short samples: what shares the cores then spoils some of them, and the median stands.
      time: { samples: judging ? 15 : 9, minSampleMs: 5, maxMs: judging ? 600 : 1500 },
      window: { preheatMs: 30, windowMs: judging ? 200 : 150 },
      ...(judging ? { choices: { processCounts: [1, 2], windowFactors: [1] } } : {}),
    };
  }
  const periodMs = request.meter?.updatePeriodMs ?? 0;
  if (!judging) {
    const windowMs = Math.max(1500, 15 * periodMs);
    return {
      time: { samples: 15, minSampleMs: 2, maxMs: 500 },
      window: { preheatMs: 500, windowMs, precision: 0.02, longestMs: 2 * windowMs },
    };
  }
  const windowMs = Math.max(1000, 10 * periodMs);
  return {
    time: { samples: 25, minSampleMs: 5, maxMs: 1000 },
    window: { preheatMs: 250, windowMs, precision: 0.005, longestMs: 6 * windowMs, heatUpMs: 5000 },
    processes: 2,
    choices: { processCounts: [1, 2, 4], windowFactors: [1, 2, 3, 6] },
  };
}
