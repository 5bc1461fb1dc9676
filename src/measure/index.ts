export type { BlockProgress } from './block-subject.ts';
export { type BlockSubject, type BlockTask, runBlocks } from './blocks.ts';
export { BlockDesigner } from './designer.ts';
export { measureEnergy } from './energy.ts';
export { measureLatency } from './latency.ts';
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
  Outputs,
  PassTime,
  PowerReading,
  Remarks,
  SensorEvidence,
  SensorScope,
  Stretch,
  StretchPart,
  TimeOptions,
  VerifyOptions,
} from './ports.ts';
export { repeatFault } from './repeats.ts';
export { resetShares } from './resets.ts';
export { isShared } from './scopes.ts';
export { findTicks } from './series.ts';
export { pinnedSubgroups, type SubgroupWay, subgroupRemark } from './subgroup-sizes.ts';
export { type TrialPart, trialParts } from './trial-costs.ts';
export { createTrials } from './trials.ts';
export { takeTurn } from './turn.ts';
export type {
  Arm,
  BlockSample,
  EnergyMeasurement,
  LatencyMeasurement,
  Measurement,
} from './types.ts';
export { cutWindow } from './window.ts';
