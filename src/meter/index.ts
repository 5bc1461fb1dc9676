export {
  type MeterChoice,
  meterChoices,
  type OpenedMeter,
  type OpenMeterOptions,
  openMeter,
} from './open-meter.ts';
export { type RecordedLookup, recordedJoules, recordedLookup } from './recorded.ts';
export { createReplayMeter } from './replay.ts';
