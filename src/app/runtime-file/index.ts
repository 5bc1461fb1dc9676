export { exportRuntime } from './export-runtime.ts';
