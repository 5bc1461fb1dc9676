export { borrowMeter } from './borrow.ts';
export { restoreLeftClocks } from './clocks/restore-left.ts';
export type { ClockControl } from './clocks/types.ts';
export { clockWatchdogArgument, watchClocks } from './clocks/watchdog.ts';
export {
  type MeterChoice,
  meterChoices,
  type OpenedMeter,
  type OpenMeterOptions,
  openMeter,
} from './open-meter.ts';
export { type RecordedLookup, recordedLookup } from './recorded.ts';
export { createReplayMeter } from './replay.ts';
export { createSensorMeter } from './sensor/meter.ts';
export { type MeterTime, systemTime } from './sensor/time.ts';
export { measureTraits } from './sensor/traits.ts';
export type { BoardState, GpuProcess, Probed, Sensor, Slowdown } from './sensor/types.ts';
