export { type Diagnosis, doctor } from './doctor.ts';
export type { Finding } from './finding.ts';
export { type DoctorNoiseOptions, type MetricNoise, measureMachineNoise, type NoiseReport } from './noise.ts';
export { type SystemView, systemFindings } from './system.ts';
