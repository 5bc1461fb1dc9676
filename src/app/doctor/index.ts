export { boardFindings } from './boards.ts';
export { doctor } from './doctor.ts';
export { checkLocks } from './locks.ts';
export { meterFindings } from './meter.ts';
export { measureMachineNoise, type NoiseReport } from './noise.ts';
export { systemFindings } from './system.ts';
export { type DriverView, type SystemView, thisSystem } from './view.ts';
export { driverLibraryFindings } from './vulkan.ts';
