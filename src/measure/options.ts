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
}

/**
 * Sensible options for an adapter and a meter.
 *
 * A GPU needs heating and long windows: power sensors refresh every 20-100 ms, and windows under 2 s vary a lot
 * (Zeus). A search compares configurations that differ by percents and can go wrong once; a judge asks for half a
 * percent, which a sensor of 1 % noise gives within the first window. CPU time is exact at every completion, so a
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
    };
  }
  const periodMs = request.meter?.updatePeriodMs ?? 0;
  const windowMs = judging ? Math.max(3000, 30 * periodMs) : Math.max(1500, 15 * periodMs);
  return {
    time: { samples: judging ? 25 : 15, minSampleMs: judging ? 5 : 2, maxMs: judging ? 1000 : 500 },
    window: judging
      ? { preheatMs: 500, windowMs, precision: 0.005, longestMs: 2 * windowMs, heatUpMs: 5000 }
      : { preheatMs: 500, windowMs, precision: 0.02, longestMs: 2 * windowMs },
  };
}
