export { exportKernelTuner } from './export.ts';
export { importKernelTuner, type KernelTunerImport } from './import.ts';
