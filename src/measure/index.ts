export type {
  Clock,
  Completion,
  Device,
  DeviceInfo,
  EnergyReading,
  LatencySamples,
  Meter,
  MeterInfo,
  MeterSession,
  Stretch,
  TimeOptions,
} from './ports.ts';
export type { Arm, BlockSample, EnergyMeasurement, LatencyMeasurement, Measurement } from './types.ts';
