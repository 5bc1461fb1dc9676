export { exportConfigurations } from './export-configurations.ts';
export { exportHelper } from './export-helper.ts';
export { exportRuntime } from './export-runtime.ts';
