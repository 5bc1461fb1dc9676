export { exportConfigurations } from './export-configurations.ts';
export { exportHelper } from './export-helper.ts';
export { type ExportRuntimeOptions, exportRuntime } from './export-runtime.ts';
