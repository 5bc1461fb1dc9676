export { borrowMeter } from './borrow.ts';
export { restoreLeftClocks } from './clocks/restore-left.ts';
export type { ClockControl } from './clocks/types.ts';
export { clockWatchdogArgument, watchClocks } from './clocks/watchdog.ts';
export {
  type MeterChoice,
  meterChoices,
  type OpenMeterOptions,
  openMeter,
} from './open-meter.ts';
export { recordedLookup } from './recorded.ts';
export { createReplayMeter } from './replay.ts';
export { createSensorMeter } from './sensor/meter.ts';
export { type MeterTime, systemTime } from './sensor/time.ts';
export { measureTraits } from './sensor/traits.ts';
export type { BoardState, GpuProcess, Sensor } from './sensor/types.ts';
