export { doctor } from './doctor.ts';

export { measureMachineNoise, type NoiseReport } from './noise.ts';
export { type SystemView, systemFindings } from './system.ts';
