export type { BlockProgress } from './block-subject.ts';
export { type BlockSubject, type BlockTask, type FinishedBlock, runBlocks } from './blocks.ts';
export { type EnergyRequest, measureEnergy, type WindowOutcome } from './energy.ts';
export { measureLatency, type TimedLatency } from './latency.ts';
export { type MeasureOptions, measureOptions, type WindowOptions } from './options.ts';
export type {
  BoardConditions,
  Clock,
  Completion,
  Device,
  DeviceInfo,
  EnergyReading,
  LatencySamples,
  Meter,
  MeterInfo,
  MeterSession,
  PowerReading,
  SensorEvidence,
  Stretch,
  TimeOptions,
} from './ports.ts';
export { findTicks, type Tick } from './series.ts';
export { createTrials, type TrialCosts, type Trials, type TrialsRequest } from './trials.ts';
export type {
  Arm,
  BlockSample,
  BlockWindow,
  EnergyMeasurement,
  LatencyMeasurement,
  Measurement,
} from './types.ts';
export { cutWindow, type WindowCut } from './window.ts';
