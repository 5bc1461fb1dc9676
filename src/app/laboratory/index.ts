export { checkReference, isKernelFault } from './check-reference.ts';
export { tryClocks } from './clocked-device.ts';
export { commandBench } from './command-bench.ts';
export { FreshDevices } from './fresh-devices.ts';
export {
  closeLaboratory,
  deviceOf,
  driverSearch,
  type Laboratory,
  lockFolderOf,
  meterChoice,
  meterSetup,
  openLaboratory,
} from './laboratory.ts';
export { machineLabel } from './machine-label.ts';
export { measureBlock, measureBlocks } from './measure-blocks.ts';
export { measureOnce, type OnceMeasured } from './measure-once.ts';
export { measureNoise, type NoiseFloor, noiseFloorIn } from './noise-floor.ts';
export { RepeatCheck } from './repeat-check.ts';
export { type PassSubject, type PassTable, timePasses } from './time-passes.ts';
export { withoutSecrets } from './without-secrets.ts';
